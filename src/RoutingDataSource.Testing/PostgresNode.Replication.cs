using System.Globalization;
using System.Text;
using NpgsqlTypes;

namespace ReplicaRouting.Testing;

/// <content>The node's place in the replication.</content>
public sealed partial class PostgresNode
{
    /// <summary>Pauses replay: WAL is still received and kept, but not applied. Returns when nothing more will be applied.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PauseReplayAsync(CancellationToken cancellationToken = default)
    {
        await AskAsync<object>("SELECT pg_wal_replay_pause()", cancellationToken).ConfigureAwait(false);
        await WaitForAsync("SELECT pg_get_wal_replay_pause_state() = 'paused'", "has not paused replay", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Resumes replay that <see cref="PauseReplayAsync"/> has paused; does not wait until the node has caught up.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ResumeReplayAsync(CancellationToken cancellationToken = default)
    {
        await AskAsync<object>("SELECT pg_wal_replay_resume()", cancellationToken).ConfigureAwait(false);
        await WaitForAsync("SELECT pg_get_wal_replay_pause_state() = 'not paused'", "has not resumed replay", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes every commit visible on this standby only after a while (<c>recovery_min_apply_delay</c>). Holds for every commit made
    /// after this has returned.</summary>
    /// <param name="delay">How long; zero ends the delay. Whole milliseconds.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task DelayApplyAsync(TimeSpan delay, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return SetAsync("recovery_min_apply_delay", ((long)delay.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), cancellationToken);
    }

    /// <summary>Changes a setting that a reload can change, and waits until new sessions have it. It survives restarts.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="value">Its value, unquoted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresClusterException">The server did not take the value in time, because it is wrong or needs a restart.</exception>
    public async Task SetAsync(string name, string value, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        _settings[name] = value;
        WriteSettings();
        var stamp = Guid.NewGuid().ToString("N");

        // The postmaster signals all its children before it starts a session that has the new configuration: once the stamp is seen, the
        // startup process has the signal too and reads the configuration before the next record.
        _settings["routing.reload"] = stamp;
        WriteSettings();
        RunningServer().Send(Signal.Hangup);
        await WaitForAsync($"SELECT current_setting('routing.reload', true) = '{stamp}'", "has not reloaded its configuration", cancellationToken)
            .ConfigureAwait(false);
        var error = await AskAsync<string>(
            $"SELECT name || ': ' || coalesce(error, 'not applied') FROM pg_file_settings WHERE name = lower('{name.Replace("'", "''", StringComparison.Ordinal)}') AND error IS NOT NULL",
            cancellationToken).ConfigureAwait(false);
        if (error is not null) throw Failure($"does not take {name} = '{value}' ({error})", "Correct it, or set it at start");
    }

    /// <summary>Promotes this standby and makes it the cluster's <see cref="PostgresCluster.Primary"/>. Neither the old primary nor the other
    /// standbys are touched: see <see cref="RejoinAsync"/> and <see cref="PostgresCluster.RepointReplicasAsync"/>.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PromoteAsync(CancellationToken cancellationToken = default)
    {
        await AskAsync<object>("SELECT pg_promote(false)", cancellationToken).ConfigureAwait(false);
        await WaitForAsync("SELECT NOT pg_is_in_recovery()", "is still in recovery", cancellationToken).ConfigureAwait(false);
        _cluster.Primary = this;
    }

    /// <summary>Makes this running standby stream from the cluster's present primary, and waits until it does.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresClusterException">It cannot follow, for example because it has replayed more than the new primary ever had. Then
    /// <see cref="RejoinAsync"/> helps.</exception>
    public async Task FollowPrimaryAsync(CancellationToken cancellationToken = default)
    {
        RefusePrimary();
        await SetAsync("primary_conninfo", PrimaryConnInfo(), cancellationToken).ConfigureAwait(false);
        await WaitForStreamingAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes this node, whatever it was, a standby of the present primary with a fresh copy of its data: how an old primary comes back.
    /// Stops it first if it runs.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RejoinAsync(CancellationToken cancellationToken = default)
    {
        RefusePrimary();
        if (IsRunning) await KillAsync(cancellationToken).ConfigureAwait(false);
        await CopyPrimaryAsync(cancellationToken).ConfigureAwait(false);
        await StartAsync(cancellationToken).ConfigureAwait(false);
        await WaitForStreamingAsync(cancellationToken).ConfigureAwait(false);
        await WaitForReplayAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until this standby receives WAL from the cluster's present primary.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task WaitForStreamingAsync(CancellationToken cancellationToken = default) => WaitForAsync(
        $"SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND sender_port = {_cluster.Primary.Port})",
        $"does not stream from {_cluster.Primary}", cancellationToken);

    /// <summary>Waits until this standby has replayed everything that the present primary has written so far, committed asynchronously or not.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresClusterException">It has not in time; the message names both positions.</exception>
    public async Task WaitForReplayAsync(CancellationToken cancellationToken = default)
    {
        RefusePrimary();
        var target = await _cluster.Primary.GetPositionToReachAsync(cancellationToken).ConfigureAwait(false);
        await WaitForReplayAsync(target, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until a query answers true.</summary>
    /// <param name="sql">A query for one boolean, asked again and again in one connection to the database <c>postgres</c>.</param>
    /// <param name="otherwise">What is wrong when it does not: "has not …".</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresClusterException">It was not true in time.</exception>
    public async Task WaitForAsync(string sql, string otherwise, CancellationToken cancellationToken = default)
    {
        var deadline = NewDeadline(cancellationToken);
        while (!await AskAsync<bool>(sql, cancellationToken).ConfigureAwait(false))
        {
            if (deadline.HasPassed) throw Failure($"{otherwise} after {_cluster.Options.Timeout.TotalSeconds:0.#} s", "Look at its log");
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken).ConfigureAwait(false);
        }
    }

    internal async Task WaitForReplayAsync(NpgsqlLogSequenceNumber target, CancellationToken cancellationToken)
    {
        var deadline = NewDeadline(cancellationToken);
        var connection = await OpenControlAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            while (true)
            {
                var replayed = await ScalarAsync<NpgsqlLogSequenceNumber>(connection, "SELECT pg_last_wal_replay_lsn()", cancellationToken)
                    .ConfigureAwait(false);
                if (replayed >= target) return;
                if (deadline.HasPassed)
                {
                    var paused = await ScalarAsync<bool>(connection, "SELECT pg_is_wal_replay_paused()", cancellationToken).ConfigureAwait(false);
                    throw Failure(
                        $"has replayed up to {replayed}, but {_cluster.Primary} is at {target}, after {_cluster.Options.Timeout.TotalSeconds:0.#} s",
                        paused ? "Its replay is paused; resume it first" : "Look at its log and at the apply delay");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(2), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Gives the position that covers everything written so far, and sees to it that it will be sent.</summary>
    internal async Task<NpgsqlLogSequenceNumber> GetPositionToReachAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenControlAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var target = await ScalarAsync<NpgsqlLogSequenceNumber>(connection, "SELECT pg_current_wal_insert_lsn()", cancellationToken)
                .ConfigureAwait(false);

            // Records that no commit has flushed are sent only when something else is; a commit of our own flushes them. It also gets an idle
            // cluster over the start of a page, where the insert position stands behind the page's header (24 bytes, 40 at the start of a
            // segment) and the replay position before it, so that the standby would never seem to have caught up. The transaction must write
            // something: one that has only an id is not flushed at commit, and an idle walwriter takes seconds.
            if (await ScalarAsync<bool>(connection, $"SELECT pg_current_wal_flush_lsn() < '{target}'", cancellationToken).ConfigureAwait(false))
                await ScalarAsync<object>(connection, "SET synchronous_commit = local; SELECT pg_logical_emit_message(true, 'routing', '')", cancellationToken).ConfigureAwait(false);
            return target;
        }
    }

    internal void ConfigureAsStandby()
    {
        _settings["primary_conninfo"] = PrimaryConnInfo();
        WriteSettings();
    }

    internal void WriteSettings() => Files.WriteSettings(_settings);

    internal async Task CopyPrimaryAsync(CancellationToken cancellationToken)
    {
        Files.Delete();
        System.IO.Directory.CreateDirectory(Files.Root);
        var connection = await _cluster.Primary.OpenControlAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            await Files.BackUpAsync(_cluster.Primary.Files, connection, cancellationToken).ConfigureAwait(false);
        Files.MarkStandby();
        Files.IncludeSettings();
        ConfigureAsStandby();
        await _cluster.TakeOwnershipAsync(Files.Root, cancellationToken).ConfigureAwait(false);
    }

    private string PrimaryConnInfo()
    {
        var text = new StringBuilder();
        Append("host", Host);
        Append("port", _cluster.Primary.Port.ToString(CultureInfo.InvariantCulture));
        Append("user", _cluster.Options.Username);
        Append("password", _cluster.Options.Password);
        Append("application_name", Name);
        Append("sslmode", "disable");
        Append("gssencmode", "disable");
        return text.ToString();

        void Append(string key, string value) => text.Append(key).Append("='")
            .Append(value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)).Append("' ");
    }

    private void RefusePrimary()
    {
        if (_cluster.Primary == this) throw new InvalidOperationException($"{this} is the cluster's primary; this can be asked of its standbys only.");
    }
}
