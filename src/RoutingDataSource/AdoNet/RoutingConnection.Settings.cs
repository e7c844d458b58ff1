using System.ComponentModel;
using System.Data;
using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using Npgsql;
using Npgsql.TypeMapping;
using ReplicaRouting.AdoNet;

#pragma warning disable CA1725 // parameters are named as Npgsql names them, for callers that name them too

namespace ReplicaRouting;

// What a connection is set up with: its string and what follows from it.
public partial class RoutingConnection
{
    /// <summary>The port that PostgreSQL listens on by default.</summary>
    public const int DefaultPort = NpgsqlConnection.DefaultPort;

    private readonly bool _isFromDataSource;
    private SourceRegistry.Entry? _registered; // of a connection that was made from a string
    private string? _connectionString;

    /// <inheritdoc />
    /// <remarks>
    /// <para>Can be set while the connection is closed, unless a <see cref="RoutingDataSource"/> made the connection: that would move it to another
    /// cluster.</para>
    /// <para>Without the password once the connection has been opened, unless <c>Persist Security Info</c> is set.</para>
    /// </remarks>
    /// <exception cref="InvalidOperationException">The connection is open.</exception>
    /// <exception cref="NotSupportedException">A data source made the connection, and the value differs from the present one.</exception>
    /// <exception cref="ArgumentException">The value is malformed, or asks for something that routing does not support.</exception>
    [AllowNull]
    public override string ConnectionString
    {
        get => _connectionString ?? _source?.ConnectionString ?? "";
        set
        {
            CheckClosed();
            if (_isFromDataSource)
            {
                if (value == Source.ConnectionString)
                    return;
                throw new NotSupportedException(
                    "The connection string of a connection that a RoutingDataSource made cannot be changed: build another RoutingDataSource for the other cluster.");
            }

            _registered = string.IsNullOrEmpty(value) ? null : SourceRegistry.Get(value);
            _source = _registered?.Source;
            _connectionString = value;
        }
    }

    /// <summary>Gets the host of the primary; <see langword="null"/> while the connection is closed.</summary>
    [Browsable(true)]
    public string? Host => PrimaryNodeWhileOpen?.Host;

    /// <summary>Gets the port of the primary; 0 while the connection is closed.</summary>
    [Browsable(true)]
    public int Port => PrimaryNodeWhileOpen?.Port ?? 0;

    /// <summary>Gets the user name.</summary>
    public string? UserName => _source?.Template.UserName;

    /// <inheritdoc />
    public override string Database => _source?.Template.Database ?? "";

    /// <inheritdoc />
    /// <remarks>That of the configured primary, whichever node is open. Constant: caches are keyed by it.</remarks>
    public override string DataSource => _source?.Template.DataSource ?? "";

    /// <inheritdoc />
    public override int ConnectionTimeout => _source?.Template.ConnectionTimeout ?? 15;

    /// <summary>Gets the time that a command of this connection may take by default, in seconds; 0 is for ever.</summary>
    public int CommandTimeout => _source?.DefaultCommandTimeout ?? 30;

    /// <summary>Gets Npgsql's process-wide type mapper.</summary>
    [Obsolete("Global-level type mapping has been replaced with data source mapping: use RoutingDataSourceBuilder.ConfigureNpgsql.")]
    public static INpgsqlTypeMapper GlobalTypeMapper => NpgsqlConnection.GlobalTypeMapper;

    /// <summary>Not supported: map types with <see cref="RoutingDataSourceBuilder.ConfigureNpgsql"/>.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    [Obsolete("Connection-level type mapping is no longer supported: use RoutingDataSourceBuilder.ConfigureNpgsql.", true)]
    public INpgsqlTypeMapper TypeMapper => throw new NotSupportedException();

    /// <summary>Not supported: connections to the nodes are shared, so what they are opened with belongs to the data source.</summary>
    /// <value>Always <see langword="null"/>.</value>
    /// <exception cref="NotSupportedException">The value is not <see langword="null"/>.</exception>
    [Obsolete("Use UsePeriodicPasswordProvider in RoutingDataSourceBuilder.ConfigureNpgsql, or RoutingDataSource.Password.")]
    public ProvidePasswordCallback? ProvidePasswordCallback
    {
        get => null;
        set => RefuseCallback(value, nameof(NpgsqlDataSourceBuilder.UsePeriodicPasswordProvider));
    }

    /// <inheritdoc cref="ProvidePasswordCallback" />
    [Obsolete("Use UseSslClientAuthenticationOptionsCallback in RoutingDataSourceBuilder.ConfigureNpgsql.")]
    public ProvideClientCertificatesCallback? ProvideClientCertificatesCallback
    {
        get => null;
        set => RefuseCallback(value, nameof(NpgsqlDataSourceBuilder.UseSslClientAuthenticationOptionsCallback));
    }

    /// <inheritdoc cref="ProvidePasswordCallback" />
    [Obsolete("Use UseSslClientAuthenticationOptionsCallback in RoutingDataSourceBuilder.ConfigureNpgsql.")]
    public RemoteCertificateValidationCallback? UserCertificateValidationCallback
    {
        get => null;
        set => RefuseCallback(value, nameof(NpgsqlDataSourceBuilder.UseSslClientAuthenticationOptionsCallback));
    }

    /// <inheritdoc cref="ProvidePasswordCallback" />
    public Action<SslClientAuthenticationOptions>? SslClientAuthenticationOptionsCallback
    {
        get => null;
        set => RefuseCallback(value, nameof(NpgsqlDataSourceBuilder.UseSslClientAuthenticationOptionsCallback));
    }

    /// <inheritdoc />
    /// <remarks>Closes the connection and opens it again with the other database, as Npgsql's does.</remarks>
    /// <exception cref="ArgumentException">The name is <see langword="null"/> or empty.</exception>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    /// <exception cref="NotSupportedException">A data source made the connection: build another <see cref="RoutingDataSource"/> for the other
    /// database.</exception>
    public override void ChangeDatabase(string dbName)
    {
        ArgumentNullException.ThrowIfNull(dbName);
        if (dbName.Length == 0)
            throw new ArgumentOutOfRangeException(nameof(dbName), dbName, "Invalid database name: ");
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if ((FullState & ConnectionState.Open) == 0)
            throw new InvalidOperationException("Connection is not open");
        if (_isFromDataSource)
        {
            throw new NotSupportedException(
                $"A connection that a RoutingDataSource made cannot change to database '{dbName}': build another RoutingDataSource for it.");
        }

        Close();
        ConnectionString = RoutingConnectionStringBuilder.Change(_registered!.Full, settings => settings.Database = dbName);
        Open();
    }

    /// <summary>Creates a closed connection with another connection string. A password that it lacks is taken from this connection.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="ArgumentException">The connection string is malformed, or asks for something that routing does not support.</exception>
    public RoutingConnection CloneWith(string connectionString)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new Compatibility.NpgsqlConnection(RoutingConnectionStringBuilder.Change(connectionString, settings =>
        {
            if (_source is not { FullConnectionString: { } known })
                return;
            var mine = new NpgsqlConnectionStringBuilder(known);
            settings.Password ??= mine.Password;
            if (!mine.PersistSecurityInfo && settings.PersistSecurityInfo)
                settings.PersistSecurityInfo = false;
        }));
    }

    /// <inheritdoc cref="CloneWith" />
    /// <param name="connectionString">The connection string.</param>
    /// <param name="cancellationToken">Not used: nothing is waited for.</param>
    public async ValueTask<RoutingConnection> CloneWithAsync(string connectionString, CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false); // as Npgsql: what is wrong with the string is told by the task
        return CloneWith(connectionString);
    }

    object ICloneable.Clone()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new Compatibility.NpgsqlConnection(this);
    }

    /// <summary>Closes the idle connections of all nodes of a connection's data source; those in use are closed when they are returned.</summary>
    /// <param name="connection">The connection.</param>
    public static void ClearPool(RoutingConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        connection._source?.Clear();
    }

    /// <summary>Closes the idle connections of all data sources that were made for connection strings of <see cref="RoutingConnection"/>; those
    /// in use are closed when they are returned.</summary>
    public static void ClearAllPools() => SourceRegistry.ClearAll();

    private protected RoutingConnection(RoutingConnection original)
        : this()
    {
        _source = original._source;
        _registered = original._registered;
        _connectionString = original._connectionString;
        _isFromDataSource = original._isFromDataSource;
    }

    private Node? PrimaryNodeWhileOpen
    {
        get
        {
            if ((FullState & ConnectionState.Open) == 0)
                return null;
            if (_primary.IsHeld)
                return _primary.Node;
            var primary = Source.Table.Snapshot.PrimaryIndex;
            return primary < 0 ? null : Source.Nodes[primary];
        }
    }

    private void HidePassword()
    {
        if (_registered is { } registered)
            _connectionString = registered.Shown;
    }

    private static void RefuseCallback(object? callback, string instead)
    {
        if (callback is not null)
            throw new NotSupportedException($"A routed connection shares its connections to the nodes: call {instead} in RoutingDataSourceBuilder.ConfigureNpgsql.");
    }
}
