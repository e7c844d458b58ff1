using System.Collections.Concurrent;
using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>The data sources of connections that were made from a connection string, one for each string, for the life of the process. Static
/// because <c>new NpgsqlConnection(connectionString)</c> has nothing else to find its pool by.</summary>
internal static class SourceRegistry
{
    private static readonly ConcurrentDictionary<string, Entry> Entries = new(StringComparer.Ordinal);

    public static Entry Get(string connectionString) => Entries.TryGetValue(connectionString, out var known) ? known : Add(connectionString);

    public static void ClearAll()
    {
        foreach (var entry in Entries.Values)
            entry.Source.Clear();
    }

    private static Entry Add(string connectionString)
    {
        var shown = RoutingConnectionStringBuilder.Change(connectionString, settings =>
        {
            using var plain = NpgsqlDataSource.Create(settings); // never opened: what is wrong with the string is said in Npgsql's words
            settings.ConnectionString = plain.ConnectionString;
        });
        var made = new Entry(RoutingDataSource.Create(connectionString), connectionString, shown);
        var known = Entries.GetOrAdd(connectionString, made);
        if (!ReferenceEquals(known, made))
            made.Source.Dispose();
        return known;
    }

    /// <param name="Source">The data source.</param>
    /// <param name="Full">The connection string as it was given.</param>
    /// <param name="Shown">The connection string as it is shown once a connection has been opened: without the password.</param>
    internal sealed record Entry(RoutingDataSource Source, string Full, string Shown);
}
