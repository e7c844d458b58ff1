using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting.Tool.Common;

/// <summary>One host of the connection string.</summary>
internal sealed record Server(string Name, string Host, int Port, string ConnectionString)
{
    /// <summary>The environment variable that is read when <c>--connection</c> is not given, so that a password need not stand on a command line.</summary>
    internal const string ConnectionVariable = "ROUTING_CONNECTION";

    private const int LongestSeconds = 5;

    /// <summary>The servers of a connection string, which may hold routing keywords too.</summary>
    /// <exception cref="UserErrorException">There is none, or it cannot be read.</exception>
    internal static List<Server> Parse(string? connectionString)
    {
        connectionString ??= Environment.GetEnvironmentVariable(ConnectionVariable);
        if (string.IsNullOrWhiteSpace(connectionString))
            throw new UserErrorException($"no server given: pass --connection \"Host=db1,db2;Database=shop;Username=app\", or set {ConnectionVariable}.");
        var problems = new List<string>();
        try
        {
            var settings = RoutingConnectionStringBuilder.Read(connectionString, problems);
            if (problems.Count == 0)
            {
                var nodes = settings.ToDefinitions(problems);
                if (problems.Count == 0 && nodes.Count > 0 && nodes.TrueForAll(node => new NpgsqlConnectionStringBuilder(node.ConnectionString).Host is { Length: > 0 }))
                    return nodes.ConvertAll(Create);
                if (problems.Count == 0)
                    problems.Add("Host is missing or has an empty entry");
            }
        }
        catch (ArgumentException)
        {
            // Not its message: it may quote a part of the connection string.
            problems.Add("it is not in the form Keyword=value;Keyword=value");
        }

        throw new UserErrorException($"--connection cannot be read: {string.Join("; ", problems)}. An example: \"Host=db1,db2;Database=shop;Username=app\".");
    }

    /// <summary>Opens a connection of its own, without a pool.</summary>
    internal async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var settings = new NpgsqlDataSourceBuilder(ConnectionString);
        settings.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        var text = settings.ConnectionStringBuilder;
        text.Pooling = false;
        text.Enlist = false;
        text.ApplicationName ??= "routing";
        text.Timeout = text.Timeout is > 0 and < LongestSeconds ? text.Timeout : LongestSeconds;
        var source = settings.Build();
        try
        {
            return await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException error)
        {
            // What Npgsql finds out about a combination of settings when it opens.
            throw new UserErrorException($"--connection cannot be used: {error.Message}");
        }
    }

    /// <summary>Opens a connection to the primary, whose functions, views and statistics are those that count. Without one, to whoever answers.</summary>
    internal static async Task<NpgsqlConnection> OpenPrimaryAsync(List<Server> servers, CancellationToken cancellationToken)
    {
        NpgsqlConnection? replica = null;
        Exception? failure = null;
        foreach (var server in servers)
        {
            try
            {
                var connection = await server.OpenAsync(cancellationToken).ConfigureAwait(false);
                var command = new NpgsqlCommand("SELECT pg_catalog.pg_is_in_recovery()", connection);
                await using (command.ConfigureAwait(false))
                {
                    if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is false || servers.Count == 1)
                    {
                        if (replica is not null)
                            await replica.DisposeAsync().ConfigureAwait(false);
                        return connection;
                    }
                }

                if (replica is null)
                    replica = connection;
                else
                    await connection.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (CommandRunner.Explain(error) is not null)
            {
                failure ??= error;
            }
        }

        return replica ?? throw failure!;
    }

    private static Server Create(NodeDefinition node)
    {
        var settings = new NpgsqlConnectionStringBuilder(node.ConnectionString);
        return new(node.Name ?? NodeFactory.DefaultName(node), settings.Host!, settings.Port, node.ConnectionString!);
    }
}
