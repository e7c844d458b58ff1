using System.CommandLine.Parsing;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.Tool.Common;

/// <summary>Runs a command and turns what the user can put right into one line and exit code 2.</summary>
internal static partial class CommandRunner
{
    internal static async Task<int> RunAsync(string command, Func<Task<int>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (Exception error) when (Explain(error) is { } message)
        {
            return Fail(command, message);
        }
    }

    /// <summary>Says what is wrong in one line on standard error.</summary>
    internal static int Fail(string command, string message)
    {
        Console.Error.WriteLine($"routing {command}: {OneLine(message)}");
        return ExitCode.UserError;
    }

    /// <summary>Says in one line why a server could not be asked; holds no secret.</summary>
    /// <returns><see langword="null"/> for an error that is none of the user's.</returns>
    internal static string? Explain(Exception error) => error switch
    {
        UserErrorException or PostgresClusterException => error.Message,
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } refused =>
            $"{refused.MessageText}. Check Username and Password in --connection; PGPASSWORD and PGPASSFILE are read too.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
            $"{refused.MessageText}. Check Username in --connection and the server's pg_hba.conf.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } refused => $"{refused.MessageText}. Check Database in --connection.",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } refused => $"{refused.MessageText}. Try again when connections are free.",
        PostgresException refused => $"the server refused ({refused.SqlState}: {refused.MessageText}).",
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => "the server did not answer in time. Check Host and Port in --connection.",
        NpgsqlException failed => $"cannot reach the server: {Innermost(failed)}. Check Host and Port in --connection.",
        SocketException failed => $"cannot reach the server: {failed.Message}. Check Host and Port in --connection.",
        AuthenticationException failed => $"TLS was not agreed on: {failed.Message}. Check SSL Mode in --connection.",
        FileNotFoundException or DirectoryNotFoundException => $"{error.Message} Check the path.",
        IOException or UnauthorizedAccessException => $"cannot read or write: {error.Message}",
        PlatformNotSupportedException => error.Message,
        _ => null,
    };

    internal static string OneLine(string text) =>
        string.Join(' ', text.Split((char[])['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What the parser did not like, without .NET's type of what it expected.</summary>
    internal static string OneLine(ParseError error) => ExpectedType().Replace(OneLine(error.Message), "");

    [GeneratedRegex(" as expected type '[^']*'")]
    private static partial Regex ExpectedType();

    private static string Innermost(Exception error) => OneLine((error.InnerException?.Message ?? error.Message).Split('\n')[0]).TrimEnd('.');
}
