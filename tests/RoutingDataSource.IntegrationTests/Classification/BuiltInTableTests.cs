using Npgsql;
using ReplicaRouting.Classification;
using ReplicaRouting.Model;

namespace ReplicaRouting.IntegrationTests.Classification;

[Collection(ClusterTests.Name)]
public sealed class BuiltInTableTests(ClusterFixture cluster)
{
    [Fact]
    public async Task BuiltInTable_VolatileFunctionsOfTheServer_AreAllKnown()
    {
        var known = HarmlessFunctions.Volatile.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        foreach (var (_, _, names) in RefusedFunctions.Groups)
        {
            known.UnionWith(names.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        }

        var unknown = await ListAsync(
            "SELECT DISTINCT proname::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'v' AND oid < 16384 ORDER BY 1");
        unknown.RemoveAll(known.Contains);
        Assert.Empty(unknown);
    }

    [Fact]
    public async Task BuiltInTable_NoVolatileFunction_CountsAsStable()
    {
        var stable = HarmlessFunctions.StableOrImmutable.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        var volatiles = await ListAsync("SELECT DISTINCT proname::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'v' AND oid < 16384");
        Assert.DoesNotContain(volatiles, stable.Contains);
    }

    [Fact]
    public async Task BuiltInTable_OperatorsOfTheServer_CallNoVolatileFunction() =>
        Assert.Empty(await ListAsync("""
            SELECT o.oprname::text FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
            WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND p.provolatile = 'v' AND o.oid < 16384
            """));

    [Fact]
    public async Task BuiltInTable_StableFunctionsOfTheServer_AreKnownButForNewOnes()
    {
        // Not known means primary: safe, but each one is a read lost. A handful may be new in a minor or a later version.
        var names = await ListAsync("SELECT DISTINCT proname::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND oid < 16384");
        names.RemoveAll(BuiltInFunctions.Entries.ContainsKey);
        Assert.True(names.Count <= 40, string.Join(' ', names));
    }

    [Fact]
    public async Task LearnQueries_AsARoleWithoutRights_Work()
    {
        await using var connection = new NpgsqlConnection(PrimaryString());
        await connection.OpenAsync();
        await using (var create = new NpgsqlCommand("CREATE ROLE nobody_learns; SET ROLE nobody_learns", connection))
        {
            await create.ExecuteNonQueryAsync();
        }

        var catalog = await LearnedCatalog.LoadAsync(connection);
        await using (var drop = new NpgsqlCommand("RESET ROLE; DROP ROLE nobody_learns", connection))
        {
            await drop.ExecuteNonQueryAsync();
        }

        Assert.NotNull(catalog.UserFunctions);
    }

    [Fact]
    public async Task LearnQueries_FunctionsOfAnExtension_AreTrustedAsTheExtensionsOwnOnly()
    {
        await using var connection = new NpgsqlConnection(PrimaryString());
        await connection.OpenAsync();
        await using (var available = new NpgsqlCommand("SELECT count(*) FROM pg_available_extensions WHERE name = 'pgcrypto'", connection))
        {
            if ((long)(await available.ExecuteScalarAsync())! == 0)
            {
                return; // a server without contrib
            }
        }

        await using var create = new NpgsqlCommand(
            "CREATE SCHEMA learned; CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA learned; "
            + "CREATE FUNCTION learned.gen_salt(int) RETURNS int VOLATILE LANGUAGE sql AS 'SELECT 1'", connection);
        await create.ExecuteNonQueryAsync();
        var functions = (await LearnedCatalog.LoadAsync(connection)).UserFunctions!;
        create.CommandText = "DROP SCHEMA learned CASCADE";
        await create.ExecuteNonQueryAsync();
        Assert.Contains(new UserFunction("learned", "gen_random_bytes", false), functions);
        Assert.Contains(new UserFunction("learned", "gen_salt", true), functions); // an overload of the user's own
        Assert.Contains(new UserFunction("learned", "digest", false), functions);
    }

    private string PrimaryString() => new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { TargetSessionAttributes = "primary", Pooling = false }.ConnectionString;

    private async Task<List<string>> ListAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(PrimaryString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync())
        {
            list.Add(reader.GetString(0));
        }

        return list;
    }
}
