using System.Data;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Connections that are made from a connection string, as <c>new NpgsqlConnection(connectionString)</c> does.</summary>
[Collection(FreshClusterTests.Name)]
public sealed class ConnectionStringTests(FreshClusterFixture fixture)
{
    private string ConnectionString => fixture.Cluster.ConnectionString;

    [Fact]
    public async Task NewConnection_OfAString_RoutesAndHidesThePassword()
    {
        await using var connection = new RoutingConnection(ConnectionString);
        Assert.Equal(ConnectionString, connection.ConnectionString);
        await connection.OpenAsync();
        Assert.DoesNotContain("Password", connection.ConnectionString);
        Assert.Contains(',', connection.ConnectionString);
        await using var command = new RoutingCommand("SELECT 1", connection);
        Assert.Equal(1, await command.ExecuteScalarAsync());
        Assert.Equal(RouteTarget.Replica, command.LastRoute!.Value.Target);
        Assert.Throws<InvalidOperationException>(() => connection.ConnectionString = ConnectionString);
        connection.Close();
        connection.Open();
        Assert.Equal(1, connection.Scalar("SELECT 1"));
    }

    [Theory]
    [InlineData("Database", "no_such_database")]
    [InlineData("Username", "no_such_user")]
    public void FirstOpen_RefusedByTheServers_TellsTheirMessage(string keyword, string value)
    {
        using var plain = new NpgsqlConnection($"{fixture.Cluster.Primary.ConnectionString};{keyword}={value}");
        using var routed = new RoutingConnection($"{ConnectionString};{keyword}={value}");
        var expected = Assert.Throws<PostgresException>(plain.Open);
        var actual = Assert.Throws<PostgresException>(routed.Open);
        Assert.Equal(expected.Message, actual.Message);
        Assert.Equal((expected.SqlState, expected.IsTransient, expected.Severity), (actual.SqlState, actual.IsTransient, actual.Severity));
        Assert.Contains(fixture.Cluster.Nodes.Select(node => $"node {node.Host}:{node.Port}"), node => node == actual.Where);
    }

    [Theory]
    [InlineData("Password", "")]
    [InlineData("SSL Mode", "Require")]
    [InlineData("Channel Binding", "Require")]
    [InlineData("Require Auth", "None")]
    public void FirstOpen_SettingsThatNoServerTakes_TellsNpgsqlsErrorWhichIsNotTransient(string keyword, string value)
    {
        using var plain = new NpgsqlConnection($"{fixture.Cluster.Primary.ConnectionString};{keyword}={value}");
        using var routed = new RoutingConnection($"{ConnectionString};{keyword}={value}");
        var expected = Assert.Throws<NpgsqlException>(plain.Open);
        var actual = Assert.Throws<NpgsqlException>(routed.Open);
        Assert.Equal((expected.Message, expected.InnerException?.GetType(), false), (actual.Message, actual.InnerException?.GetType(), actual.IsTransient));
        Assert.False(expected.IsTransient);
        Assert.NotSame(actual, Assert.Throws<NpgsqlException>(routed.Open));
    }

    [Fact]
    public void FirstOpen_PasswordProviderFails_TellsNpgsqlsError()
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString) { Password = null };
        using var source = new RoutingDataSourceBuilder(settings.ConnectionString)
            .UsePasswordProvider(_ => throw new UnauthorizedAccessException("no vault"), (_, _) => throw new UnauthorizedAccessException("no vault")).Build();
        using var connection = source.CreateConnection();
        var error = Assert.Throws<NpgsqlException>(connection.Open);
        Assert.Equal("no vault", Assert.IsType<UnauthorizedAccessException>(error.InnerException).Message);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public void CloneWith_AString_KeepsItsTextAsPlain()
    {
        var ordered = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString;
        using var plain = new NpgsqlConnection(fixture.Cluster.Primary.ConnectionString);
        using var routed = new RoutingConnection(ConnectionString);
        Assert.Equal(plain.CloneWith(ordered).ConnectionString, routed.CloneWith(ordered).ConnectionString);
    }

    [Fact]
    public void NewConnections_OfOneString_ShareOneDataSource()
    {
        using var one = new RoutingConnection(ConnectionString);
        using var two = new Compatibility.NpgsqlConnection(ConnectionString);
        using var clone = (RoutingConnection)((ICloneable)one).Clone();
        Assert.Same(one.Source, two.Source);
        Assert.Same(one.Source, clone.Source);
        RoutingConnection.ClearPool(one);
        RoutingConnection.ClearAllPools();
        one.Open();
        Assert.Equal(1, one.Scalar("SELECT 1"));
    }

    [Fact]
    public void ConnectionWithoutAString_SaysSoAsPlain()
    {
        using var plain = new NpgsqlConnection();
        using var routed = new RoutingConnection();
        Assert.Equal(plain.ConnectionString, routed.ConnectionString);
        Assert.Equal((plain.Database, plain.DataSource, plain.Host, plain.Port), (routed.Database, routed.DataSource, routed.Host, routed.Port));
        Assert.Equal((plain.ConnectionTimeout, plain.CommandTimeout, plain.UserName), (routed.ConnectionTimeout, routed.CommandTimeout, routed.UserName));
        Assert.Equal(
            Assert.Throws<InvalidOperationException>(plain.Open).Message,
            Assert.Throws<InvalidOperationException>(routed.Open).Message);
        Assert.Equal(plain.State, routed.State);
        foreach (var wrong in new[] { "Host=", "Hots=x", "Host=x;Port=y", "Port=1" })
        {
            var expected = Record.Exception(() => plain.ConnectionString = wrong)!;
            var actual = Record.Exception(() => routed.ConnectionString = wrong)!;
            Assert.Equal((expected.GetType(), expected.Message), (actual.GetType(), actual.Message));
        }

        routed.ConnectionString = ConnectionString;
        routed.Open();
        Assert.Equal(1, routed.Scalar("SELECT 1"));
    }

    [Fact]
    public void ChangeDatabase_OfAStringsConnection_OpensTheOther()
    {
        using var connection = new RoutingConnection(ConnectionString);
        Assert.Throws<InvalidOperationException>(() => connection.ChangeDatabase("postgres"));
        Assert.Throws<ArgumentNullException>(() => connection.ChangeDatabase(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => connection.ChangeDatabase(""));
        connection.Open();
        Assert.Equal("3D000", Assert.Throws<PostgresException>(() => connection.ChangeDatabase(" ")).SqlState);
        Assert.Equal(ConnectionState.Closed, connection.State);
        connection.ConnectionString = ConnectionString;
        connection.Open();
        connection.ChangeDatabase("postgres");
        Assert.Equal(ConnectionState.Open, connection.State);
        Assert.Equal("postgres", connection.Scalar("SELECT current_database()"));
        Assert.Equal("postgres", connection.Database);
    }

    [Fact]
    public void ChangeDatabase_OfAStringWithRoutingKeywords_KeepsHostsAndKeywords()
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString);
        var nodes = fixture.Cluster.Nodes.Select(node => new NpgsqlConnectionStringBuilder(node.ConnectionString)).ToList();
        settings.Host = string.Join(',', nodes.Select(node => node.Host));
        settings.Remove("Port");
        var given = $"{settings.ConnectionString};Port={string.Join(',', nodes.Select(node => node.Port))};Node Names=a,b,c;Read Your Writes=None";
        using var connection = new RoutingConnection(given);
        Assert.Equal(given, connection.ConnectionString);
        connection.Open();
        Assert.DoesNotContain(settings.Password!, connection.ConnectionString, StringComparison.Ordinal);
        Assert.Contains("Node Names=a,b,c", connection.ConnectionString, StringComparison.OrdinalIgnoreCase);
        AssertReadsFromReplica(fixture.Cluster.Options.Database);
        connection.ChangeDatabase("postgres");
        AssertReadsFromReplica("postgres");
        Assert.DoesNotContain(settings.Password!, connection.ConnectionString, StringComparison.Ordinal);

        using var clone = connection.CloneWith(connection.ConnectionString);
        clone.Open();
        Assert.Equal("postgres", clone.Scalar("SELECT current_database()"));

        void AssertReadsFromReplica(string database)
        {
            Assert.Equal(database, connection.Database);
            using var command = (RoutingCommand)connection.Command("SELECT current_database()");
            Assert.Equal(database, command.ExecuteScalar());
            Assert.Contains(command.LastRoute!.Value.Node, new[] { "b", "c" });
        }
    }

    [Fact]
    public async Task CloneWith_WithoutAPassword_TakesTheConnections()
    {
        await using var connection = new RoutingConnection(ConnectionString);
        var other = new NpgsqlConnectionStringBuilder(ConnectionString) { Password = null, Database = "postgres" }.ConnectionString;
        await using var clone = await connection.CloneWithAsync(other);
        await clone.OpenAsync();
        Assert.Equal("postgres", await clone.ScalarAsync("SELECT current_database()"));
        await using var source = RoutingDataSource.Create(ConnectionString);
        await using var fromSource = source.CreateConnection().CloneWith(other);
        await fromSource.OpenAsync();
        Assert.Equal("postgres", await fromSource.ScalarAsync("SELECT current_database()"));
    }

    [Fact]
    public async Task Password_SetOnTheDataSource_OpensEveryNode()
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString);
        var password = settings.Password!;
        settings.Password = "wrong";
        await using var source = RoutingDataSource.Create(settings.ConnectionString);
        source.Password = password;
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        Assert.Equal(1, await command.ExecuteScalarAsync());
        Assert.Equal((RouteTarget.Replica, RouteReason.ProvenRead), (command.LastRoute!.Value.Target, command.LastRoute.Value.Reason));
        Assert.Equal(0, connection.Execute("DO 'BEGIN END'") + 1);
    }

    [Fact]
    public void Callbacks_OfAConnection_AreRefusedWithWhatToDo()
    {
        using var connection = new RoutingConnection(ConnectionString);
        connection.SslClientAuthenticationOptionsCallback = null;
        var error = Assert.Throws<NotSupportedException>(() => connection.SslClientAuthenticationOptionsCallback = _ => { });
        Assert.Contains("ConfigureNpgsql", error.Message);
#pragma warning disable CS0618 // obsolete as in Npgsql
        Assert.Contains("ConfigureNpgsql", Assert.Throws<NotSupportedException>(() => connection.ProvidePasswordCallback = (_, _, _, _) => "").Message);
        Assert.Same(NpgsqlConnection.GlobalTypeMapper, RoutingConnection.GlobalTypeMapper);
#pragma warning restore CS0618
    }
}
