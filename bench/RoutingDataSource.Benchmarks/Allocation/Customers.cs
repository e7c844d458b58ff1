using System.Data.Common;
using Npgsql;
using ReplicaRouting.Benchmarks.AdoNet;

namespace ReplicaRouting.Benchmarks.Allocation;

/// <summary>The table of EF Core's patterns.</summary>
internal static class Customers
{
    /// <summary>Makes it and waits until the standby has it.</summary>
    public static async Task CreateAsync(DbDataSource standby)
    {
        await using var primary = BenchmarkCluster.CreatePlainPrimary();
        await using (var create = primary.CreateCommand(
            """
            CREATE TABLE IF NOT EXISTS "Customers" ("Id" int PRIMARY KEY, "Name" text NOT NULL, "Visits" int NOT NULL);
            INSERT INTO "Customers" SELECT i, 'customer ' || i, 0 FROM generate_series(1, 100) AS i ON CONFLICT DO NOTHING
            """))
            await create.ExecuteNonQueryAsync();
        while (!await HasRowsAsync())
            await Task.Delay(10);

        async Task<bool> HasRowsAsync()
        {
            try
            {
                await using var count = standby.CreateCommand("SELECT count(*) FROM \"Customers\"");
                return await count.ExecuteScalarAsync() is 100L;
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                return false; // not replayed yet
            }
        }
    }
}
