namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>One way to reach the cluster. All are driven through the same code, by the classes of System.Data.Common, as Dapper and EF Core
/// drive them.</summary>
/// <param name="Name">For tables.</param>
/// <param name="Connect">Makes new data sources, for synchronous or asynchronous use.</param>
internal sealed record Contender(string Name, Func<bool, Task<Endpoints>> Connect)
{
    public const string Npgsql = "Npgsql, one node";
    public const string NpgsqlAgain = "the same again";
    public const string NpgsqlNoReset = "Npgsql, one node, No Reset On Close";
    public const string NpgsqlPrimary = "Npgsql, the primary alone";
    public const string MultiHost = "NpgsqlMultiHostDataSource";
    public const string HaProxy = "HAProxy";
    public const string PgBouncer = "PgBouncer before HAProxy";
    public const string Pgpool = "pgpool-II";
    public const string Routing = "RoutingDataSource";
    public const string RoutingOneReplica = "RoutingDataSource, same one node";
}
