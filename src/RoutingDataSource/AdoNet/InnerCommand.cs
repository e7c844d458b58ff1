using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>Makes Npgsql's commands fit for another user.</summary>
/// <remarks>The collection of parameters may be in the program's hands for ever, so it must not go along: that takes a look at members that
/// Npgsql does not publish. Should a later version of Npgsql have others, commands are not used again; a test watches it.</remarks>
internal static class InnerCommand
{
    /// <summary>Whether Npgsql has the members.</summary>
    public static bool CanReset { get; } = Probe();

    /// <summary>Takes the program's text and parameters out.</summary>
    /// <param name="command">A command whose other properties have their defaults, or are set before each execution.</param>
    /// <param name="parameters">The parameters it had, if any.</param>
    /// <returns>Whether it is as good as new.</returns>
    public static bool TryReset(NpgsqlCommand command, out NpgsqlParameterCollection? parameters)
    {
        parameters = null;
        if (!CanReset)
            return false;
        try
        {
            command.Connection = null;
        }
        catch (InvalidOperationException)
        {
            return false; // Npgsql holds it to be running: its connection was lost under a reader
        }

        command.CommandText = "";
        ref var own = ref Parameters(command);
        if (own is null)
            return true;
        parameters = own;
        own = null;
        var statements = Statements(command); // they hold parameters, too
        if (statements.Count == 1)
        {
            Reset(statements[0]);
            Parameters(statements[0]) = null;
        }
        else
        {
            statements.Clear();
        }

        return true;
    }

    /// <summary>Gives a command that is as good as new back what <see cref="TryReset"/> took from one.</summary>
    public static void Restore(NpgsqlCommand command, string text, NpgsqlParameterCollection? parameters)
    {
        command.CommandText = text;
        if (parameters is not null)
            Parameters(command) = parameters;
    }

    /// <summary>Makes the statements of a command that has run once for its present user show the text, as those of a new one do: Npgsql gives the
    /// text to the statements that it makes, and not to those that it uses again.</summary>
    public static void ShowText(NpgsqlCommand command)
    {
        if (!CanReset || command.CommandType != CommandType.Text || Parameters(command) is { Count: > 0 } list && list[0].ParameterName.Length == 0)
            return; // a statement that Npgsql does not parse has no text
        var statements = Statements(command);
        for (var i = 0; i < statements.Count; i++)
            statements[i].CommandText = command.CommandText;
    }

    /// <summary>Whether the command has parameters; looking does not make a collection.</summary>
    public static bool HasParameters(NpgsqlCommand command) =>
        CanReset ? Parameters(command) is { Count: > 0 } : command.Parameters.Count > 0;

    private static bool Probe()
    {
        try
        {
            var command = new NpgsqlCommand();
            var statement = new NpgsqlBatchCommand();
            Reset(statement);
            return Parameters(command) is null && Parameters(statement) is null && Statements(command).Count == 0;
        }
        catch (MissingMemberException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_parameters")]
    private static extern ref NpgsqlParameterCollection? Parameters(NpgsqlCommand command);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_parameters")]
    private static extern ref NpgsqlParameterCollection? Parameters(NpgsqlBatchCommand statement);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Reset")]
    private static extern void Reset(NpgsqlBatchCommand statement);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_InternalBatchCommands")]
    private static extern List<NpgsqlBatchCommand> Statements(NpgsqlCommand command);
}
