using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>The cluster that the samples speak of: db1 is the primary, db2 and db3 are its replicas, and app owns the table orders of the database shop.</summary>
internal static partial class Shop
{
    public static async Task<PostgresCluster> StartAsync()
    {
        var cluster = await TestPostgres.StartAsync(configure: options => options.Database = "shop");
        await cluster.Primary.ExecuteAsync("""
            CREATE ROLE app LOGIN PASSWORD 'secret';
            GRANT ALL ON SCHEMA public TO app;
            CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL);
            ALTER TABLE orders OWNER TO app;
            """);
        await cluster.WaitForReplayAsync();
        return cluster;
    }

    /// <summary>A list of hosts becomes a list of addresses; the role is the sample's, which is no superuser.</summary>
    public static string WithAddresses(string sample, PostgresCluster cluster) => Address().Replace(sample, match => SymbolDisplay.FormatLiteral(
        $"Host={string.Join(',', match.Groups["hosts"].Value.Split(',').Select(host => $"127.0.0.1:{cluster.Nodes[host[2] - '1'].Port}"))};{match.Groups["rest"].Value}",
        quote: true));

    /// <summary>What a sample says that it prints, line by line.</summary>
    public static List<string> Expected(string sample) => [.. Expectation().Matches(sample).Select(match => match.Groups["comment"].Value.Trim())];

    [GeneratedRegex(@"""Host=(?<hosts>db\d(,db\d)*);(?<rest>[^""]*)""")]
    private static partial Regex Address();

    [GeneratedRegex(@"(?<!//[^\n]*)Console\.WriteLine\(.*\);[ ]*// (?<comment>.*)$", RegexOptions.Multiline)]
    private static partial Regex Expectation();
}
