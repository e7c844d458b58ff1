namespace ReplicaRouting.Tool.Common;

/// <summary>What every command of the tool ends with.</summary>
internal static class ExitCode
{
    /// <summary>Done, and nothing is wrong.</summary>
    internal const int Fine = 0;

    /// <summary>Done, and something is wrong with the cluster.</summary>
    internal const int Problem = 1;

    /// <summary>Not done: wrong input, no server that can be asked, no permission. One line on standard error says what to do.</summary>
    internal const int UserError = 2;

    internal const string Help = """
        Exit codes:
          0  done, and nothing is wrong
          1  done, and something is wrong with the cluster (status, check)
          2  not done: wrong input, unreachable, refused; one line on standard error says what to do
        """;
}
