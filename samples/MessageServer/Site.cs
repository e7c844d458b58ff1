using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.MessageServer;

/// <summary>The board with everything below it: the cluster and, in the pooled form, PgBouncer and HAProxy between.</summary>
internal sealed class Site : IAsyncDisposable
{
    private const string CreateTable =
        "CREATE TABLE messages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text varchar(280) NOT NULL, written timestamptz NOT NULL)";

    private Site(PostgresCluster cluster) => Cluster = cluster;

    public PostgresCluster Cluster { get; }

    public HaProxy? HaProxy { get; private set; }

    public PgBouncer? PgBouncer { get; private set; }

    public WebApplication App { get; private set; } = null!;

    public Uri Address => new(App.Urls.Single());

    /// <summary>Starts all of it.</summary>
    /// <param name="isPooled">Whether connections go through PgBouncer, and those to the standbys through HAProxy.</param>
    /// <param name="port">The board's; 0 for one that is free.</param>
    /// <param name="options">How the cluster is started.</param>
    /// <param name="postsPerMinute">See <see cref="MessageApplication.Build"/>.</param>
    public static async Task<Site> StartAsync(bool isPooled, int port = 0, PostgresClusterOptions? options = null, int postsPerMinute = 30)
    {
        var cluster = await PostgresCluster.StartAsync(options ?? new() { Replicas = 2, Database = "messages" });
        var site = new Site(cluster);
        try
        {
            await cluster.Primary.ExecuteAsync(CreateTable);
            await cluster.WaitForReplayAsync();
            if (isPooled)
            {
                // One listener for each standby, not one for all: a position is a server's own, so a node must always be the same server.
                site.HaProxy = await HaProxy.StartAsync(cluster.Replicas);
                site.PgBouncer = await PgBouncer.StartAsync(cluster.Primary, site.HaProxy.Ports);
            }

            site.App = MessageApplication.Build(port, site.AddNodes, postsPerMinute);
            await site.App.StartAsync();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (App is not null)
            await App.DisposeAsync();
        if (PgBouncer is not null)
            await PgBouncer.DisposeAsync();
        if (HaProxy is not null)
            await HaProxy.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void AddNodes(RoutingDataSourceBuilder builder)
    {
        builder.AddPrimary(Through(Cluster.Primary, PgBouncer.PrimaryDatabase), name: "db1");
        for (var i = 0; i < Cluster.Replicas.Count; i++)
            builder.AddReplica(Through(Cluster.Replicas[i], PgBouncer.ReplicaDatabase(i)), name: $"db{i + 2}");
        builder.Configure(options =>
        {
            options.ProbeInterval = options.ProbeTimeout = TimeSpan.FromMilliseconds(500);
            options.MaxReplicaLag = TimeSpan.FromSeconds(10); // what others have written may be that old
        });
    }

    private string Through(PostgresNode node, string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(node.ConnectionString);
        if (PgBouncer is not null)
        {
            // PgBouncer gives a server connection to somebody else after each transaction: nothing may be left behind on it, so there is nothing to
            // reset, and prepared statements, which this PgBouncer does not follow, stay off (they are off by default).
            (settings.Port, settings.Database, settings.NoResetOnClose, settings.MaxAutoPrepare) = (PgBouncer.Port, database, true, 0);
        }

        return settings.ConnectionString;
    }
}
