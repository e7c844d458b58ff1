using System.Data.Common;

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>One way to reach the cluster. All are driven through the same code, by the classes of System.Data.Common, as Dapper and EF Core
/// drive them.</summary>
/// <param name="Name">For tables.</param>
/// <param name="Reads">What a program reads through.</param>
/// <param name="Writes">What it writes through; the same object where the contender tells reads from writes itself.</param>
internal sealed record Contender(string Name, DbDataSource Reads, DbDataSource Writes)
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
