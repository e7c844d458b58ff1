using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ReplicaRouting.Testing;

/// <content>Starting, stopping and freezing the server's process.</content>
public sealed partial class PostgresNode
{
    /// <summary>Starts the stopped or killed server with the data and the port it had; returns when it accepts connections.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It runs already.</exception>
    /// <exception cref="PostgresClusterException">It ended again or was not ready in time. The message holds the end of its log.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (IsRunning) throw new InvalidOperationException($"{this} runs already.");
        var deadline = NewDeadline(cancellationToken);
        while (!await TryStartAsync(deadline).ConfigureAwait(false))
        {
            // The port is promised to stay. Whoever has it (an outgoing connection, most likely) gives it back soon, or the deadline passes.
            if (deadline.HasPassed) throw Failure("cannot have its port back", "End the program that listens there");
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops the server in fast mode: sessions are ended, the data is flushed, standbys get everything.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresClusterException">It did not end in time: a primary waits for standbys that are frozen.</exception>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        var server = RunningServer();
        if (server.IsStopped) throw new InvalidOperationException($"{this} is frozen. Thaw it, or kill it.");
        server.Send(Signal.Interrupt);
        await NewDeadline(cancellationToken).UntilAsync(
            () => !server.IsAlive, () => $"{this} has not stopped. Thaw its frozen standbys, or kill it").ConfigureAwait(false);
        Forget();
    }

    /// <summary>Stops the server as <see cref="StopAsync"/> does and starts it again.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken).ConfigureAwait(false);
        await StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Kills the server and all its processes (SIGKILL), as a power failure would: clients see their connections reset.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        await RunningServer().KillTreeAsync(NewDeadline(cancellationToken)).ConfigureAwait(false);
        Forget();
    }

    /// <summary>Stops the server and all its processes in their tracks (SIGSTOP), as a hanging machine would: the kernel still accepts
    /// connections, and nobody ever answers.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task FreezeAsync(CancellationToken cancellationToken = default) => RunningServer().FreezeTreeAsync(NewDeadline(cancellationToken));

    /// <summary>Lets a frozen server go on (SIGCONT).</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task ThawAsync(CancellationToken cancellationToken = default)
    {
        var server = RunningServer();
        server.ThawTree();
        return NewDeadline(cancellationToken).UntilAsync(() => !server.IsStopped, () => $"{this} is still frozen");
    }

    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Starts the new server on any free port. A port that was free a moment ago may be taken now, hence the repetition.</summary>
    internal async Task StartOnFreePortAsync(CancellationToken cancellationToken)
    {
        var deadline = NewDeadline(cancellationToken);
        do
        {
            if (deadline.HasPassed) throw Failure("finds no free port", "Look at net.ipv4.ip_local_port_range and what listens there");
            UsePort(FreePort());
        }
        while (!await TryStartAsync(deadline).ConfigureAwait(false));
    }

    internal void UsePort(int port)
    {
        Port = port;
        _settings["port"] = port.ToString(CultureInfo.InvariantCulture);
        WriteSettings();
    }

    /// <returns><see langword="false"/> when the port is taken.</returns>
    internal async Task<bool> TryStartAsync(Deadline deadline)
    {
        var logged = ReadLog().Length;
        var started = _child = _cluster.Launcher.StartDetached(
            _cluster.Directory, Files.Log, Path.Combine(_cluster.BinaryDirectory, "postgres"), ["-D", Files.Data]);
        while (true)
        {
            if (started.HasExited)
            {
                var code = started.ExitCode;
                Forget();
                var log = ReadLog();
                if (log[Math.Min(logged, log.Length)..].Contains("could not create any TCP/IP sockets", StringComparison.Ordinal)) return false;
                // A server that was killed is there for a moment more, and PostgreSQL takes its file for that of a running one.
                if (!deadline.HasPassed && log[Math.Min(logged, log.Length)..].Contains("lock file \"postmaster.pid\" already exists", StringComparison.Ordinal))
                {
                    await Task.Delay(50).ConfigureAwait(false);
                    return await TryStartAsync(deadline).ConfigureAwait(false);
                }

                throw Failure($"has ended right after its start with code {code}", "Look at its log; a setting may be wrong");
            }

            // Like pg_ctl: the file is ours only if it names the process that was just started, not one that has left it behind.
            if (Files.ReadStatus() is { Status: "ready" } status && status.ProcessId == started.Id) break;
            if (deadline.HasPassed) throw Failure("is not ready in time", "Look at its log, or raise PostgresClusterOptions.Timeout");
            await Task.Delay(TimeSpan.FromMilliseconds(5), deadline.CancellationToken).ConfigureAwait(false);
        }

        _server = UnixProcess.Get(started.Id);
        await RefuseForeignServerAsync(deadline.CancellationToken).ConfigureAwait(false);
        return true;
    }

    // Another cluster may listen on the port by now; it must never be talked to, let alone be promoted or stopped.
    private async Task RefuseForeignServerAsync(CancellationToken cancellationToken)
    {
        string? directory;
        try
        {
            directory = await AskAsync<string>("SHOW data_directory", cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresClusterException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.InvalidPassword })
        {
            directory = "unknown: it refuses our password";
        }

        if (directory != Files.Data)
            throw Failure($"is another server than ours: data_directory is {directory}, not {Files.Data}", "Nothing was done to it. Start a new cluster");
    }

    private void Forget()
    {
        _server = null;
        _child?.Dispose();
        _child = null;
    }
}
