using System.Text.RegularExpressions;
using ReplicaRouting.Classification;

namespace ReplicaRouting.Tests.Classification;

public sealed partial class CommandTableTests
{
    /// <summary>The pages of the SQL reference of PostgreSQL 14 to 19, by their first word; CREATE, ALTER and DROP stand for all objects.</summary>
    private const string Reference = """
        ABORT ALTER ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE DISCARD DO DROP END EXECUTE
        EXPLAIN FETCH GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE REASSIGN REFRESH REINDEX RELEASE REPACK RESET REVOKE ROLLBACK
        SAVEPOINT SECURITY SELECT SET SHOW START TRUNCATE UNLISTEN UPDATE VACUUM VALUES WAIT
        """;

    [Fact]
    public void Documentation_TableOfCommands_IsWhatTheCodeDoes()
    {
        var documented = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "docs", "classification.md"))
            .Select(line => Row().Match(line))
            .Where(match => match.Success)
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value))
            .ToArray();
        Assert.Equal(CommandTable.Commands.Select(command => (command.Word, command.Reason.ToString())), documented);
    }

    [Fact]
    public void Commands_OfTheReference_AllHaveAClass()
    {
        foreach (var word in Reference.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word is not ("SELECT" or "VALUES" or "EXPLAIN" or "COPY"))
            {
                Assert.True(CommandTable.Find(word, out var reason, out _), word);
                Assert.Equal(reason, StatementClassifier.Classify($"{word} x", Catalogs.BuiltIn).Reason);
                Assert.Equal(reason, StatementClassifier.Classify($"select 1; {word.ToUpperInvariant()} x", Catalogs.BuiltIn).Reason);
            }
        }
    }

    [GeneratedRegex(@"^\| `(\w+)` \|[^|]*\| (\w+) \|")]
    private static partial Regex Row();
}
