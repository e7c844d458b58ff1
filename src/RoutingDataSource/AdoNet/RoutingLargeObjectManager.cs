using Npgsql;

namespace ReplicaRouting;

/// <summary>Reads and writes large objects, on the primary. Use it as an <see cref="NpgsqlLargeObjectManager"/>: inside a transaction.</summary>
/// <param name="connection">The connection; it must be open when a method is called.</param>
[Obsolete("Npgsql's NpgsqlLargeObjectManager is obsolete: call PostgreSQL's functions (lo_get, lo_put, …) yourself.")]
public sealed class RoutingLargeObjectManager(RoutingConnection connection)
{
    /// <summary>Gets or sets how much is sent or asked for at once, in bytes.</summary>
    /// <value>Default: Npgsql's, 4 MiB.</value>
    public int MaxTransferBlockSize { get; set; } = new NpgsqlLargeObjectManager(new NpgsqlConnection()).MaxTransferBlockSize;

    /// <summary>Gets whether the server knows large objects of more than 2 GiB.</summary>
    public bool Has64BitSupport => connection.PostgreSqlVersion >= new Version(9, 3);

    /// <summary>Creates an empty large object.</summary>
    /// <param name="preferredOid">The identifier that it shall have; 0 for any.</param>
    /// <returns>Its identifier.</returns>
    public uint Create(uint preferredOid = 0) => OnPrimary().Create(preferredOid);

    /// <inheritdoc cref="Create" />
    /// <param name="preferredOid">The identifier that it shall have; 0 for any.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<uint> CreateAsync(uint preferredOid, CancellationToken cancellationToken = default) =>
        await (await OnPrimaryAsync(cancellationToken).ConfigureAwait(false)).CreateAsync(preferredOid, cancellationToken).ConfigureAwait(false);

    /// <summary>Opens a large object for reading.</summary>
    /// <param name="oid">Its identifier.</param>
    /// <returns>A stream that can be used until the transaction ends.</returns>
    public NpgsqlLargeObjectStream OpenRead(uint oid) => OnPrimary().OpenRead(oid);

    /// <inheritdoc cref="OpenRead" />
    /// <param name="oid">Its identifier.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<NpgsqlLargeObjectStream> OpenReadAsync(uint oid, CancellationToken cancellationToken = default) =>
        await (await OnPrimaryAsync(cancellationToken).ConfigureAwait(false)).OpenReadAsync(oid, cancellationToken).ConfigureAwait(false);

    /// <summary>Opens a large object for reading and writing.</summary>
    /// <param name="oid">Its identifier.</param>
    /// <returns>A stream that can be used until the transaction ends.</returns>
    public NpgsqlLargeObjectStream OpenReadWrite(uint oid) => OnPrimary().OpenReadWrite(oid);

    /// <inheritdoc cref="OpenReadWrite" />
    /// <param name="oid">Its identifier.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<NpgsqlLargeObjectStream> OpenReadWriteAsync(uint oid, CancellationToken cancellationToken = default) =>
        await (await OnPrimaryAsync(cancellationToken).ConfigureAwait(false)).OpenReadWriteAsync(oid, cancellationToken).ConfigureAwait(false);

    /// <summary>Removes a large object.</summary>
    /// <param name="oid">Its identifier.</param>
    public void Unlink(uint oid) => OnPrimary().Unlink(oid);

    /// <inheritdoc cref="Unlink" />
    /// <param name="oid">Its identifier.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task UnlinkAsync(uint oid, CancellationToken cancellationToken = default) =>
        await (await OnPrimaryAsync(cancellationToken).ConfigureAwait(false)).UnlinkAsync(oid, cancellationToken).ConfigureAwait(false);

    /// <summary>Writes a large object into a file of the primary's machine.</summary>
    /// <param name="oid">Its identifier.</param>
    /// <param name="path">The file, as the server sees it.</param>
    public void ExportRemote(uint oid, string path) => OnPrimary().ExportRemote(oid, path);

    /// <inheritdoc cref="ExportRemote" />
    /// <param name="oid">Its identifier.</param>
    /// <param name="path">The file, as the server sees it.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task ExportRemoteAsync(uint oid, string path, CancellationToken cancellationToken = default) =>
        await (await OnPrimaryAsync(cancellationToken).ConfigureAwait(false)).ExportRemoteAsync(oid, path, cancellationToken).ConfigureAwait(false);

    /// <summary>Makes a large object of a file of the primary's machine.</summary>
    /// <param name="path">The file, as the server sees it.</param>
    /// <param name="oid">The identifier that it shall have; 0 for any.</param>
    public void ImportRemote(string path, uint oid = 0) => OnPrimary().ImportRemote(path, oid);

    /// <inheritdoc cref="ImportRemote" />
    /// <param name="path">The file, as the server sees it.</param>
    /// <param name="oid">The identifier that it shall have; 0 for any.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task ImportRemoteAsync(string path, uint oid, CancellationToken cancellationToken = default) =>
        await (await OnPrimaryAsync(cancellationToken).ConfigureAwait(false)).ImportRemoteAsync(path, oid, cancellationToken).ConfigureAwait(false);

    private NpgsqlLargeObjectManager OnPrimary() => new(connection.PrimaryForWrite()) { MaxTransferBlockSize = MaxTransferBlockSize };

    private async ValueTask<NpgsqlLargeObjectManager> OnPrimaryAsync(CancellationToken cancellationToken) =>
        new(await connection.PrimaryForWriteAsync(cancellationToken).ConfigureAwait(false)) { MaxTransferBlockSize = MaxTransferBlockSize };
}
