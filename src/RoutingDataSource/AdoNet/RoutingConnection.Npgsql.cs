using System.ComponentModel;
using System.Data;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

// What Npgsql's connection has beyond DbConnection. All of it means the primary: COPY writes, notifications and process ids belong to one
// server, and the schema is read where it was changed last.
public partial class RoutingConnection
{
    private NoticeEventHandler? _notice;
    private NotificationEventHandler? _notification;
    private NpgsqlConnection? _relaysPrimary;
    private NpgsqlConnection? _relaysReplica;

    /// <summary>Fires when a server sends a notice, whichever node it is.</summary>
    public event NoticeEventHandler? Notice
    {
        add
        {
            _notice += value;
            RelayHeld();
        }

        remove => _notice -= value;
    }

    /// <summary>Fires when the primary sends a notification (LISTEN).</summary>
    public event NotificationEventHandler? Notification
    {
        add
        {
            _notification += value;
            RelayHeld();
        }

        remove => _notification -= value;
    }

    /// <inheritdoc />
    [Browsable(false)]
    public override string ServerVersion => Primary().ServerVersion;

    /// <summary>Gets the version of the primary.</summary>
    [Browsable(false)]
    public Version PostgreSqlVersion => Primary().PostgreSqlVersion;

    /// <summary>Gets the process id of the primary's backend.</summary>
    [Browsable(false)]
    public int ProcessID => PrimaryWithState().ProcessID;

    /// <summary>Gets whether the primary sends dates and times as integers.</summary>
    [Browsable(false)]
    public bool HasIntegerDateTimes => Primary().HasIntegerDateTimes;

    /// <summary>Gets the time zone of the session on the primary.</summary>
    [Browsable(false)]
    public string Timezone => Primary().Timezone;

    /// <summary>Gets the parameters that the primary reported.</summary>
    [Browsable(false)]
    public IReadOnlyDictionary<string, string> PostgresParameters => Primary().PostgresParameters;

    /// <summary>Begins COPY … FROM STDIN in binary form, on the primary.</summary>
    /// <param name="copyFromCommand">The COPY command.</param>
    /// <returns>The importer; dispose it to end the operation.</returns>
    public NpgsqlBinaryImporter BeginBinaryImport(string copyFromCommand) => PrimaryForWrite().BeginBinaryImport(copyFromCommand);

    /// <inheritdoc cref="BeginBinaryImport" />
    /// <param name="copyFromCommand">The COPY command.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    public async Task<NpgsqlBinaryImporter> BeginBinaryImportAsync(string copyFromCommand, CancellationToken cancellationToken = default) =>
        await (await PrimaryForWriteAsync(cancellationToken).ConfigureAwait(false)).BeginBinaryImportAsync(copyFromCommand, cancellationToken).ConfigureAwait(false);

    /// <summary>Begins COPY … TO STDOUT in binary form, on the primary.</summary>
    /// <param name="copyToCommand">The COPY command.</param>
    /// <returns>The exporter; dispose it to end the operation.</returns>
    public NpgsqlBinaryExporter BeginBinaryExport(string copyToCommand) => PrimaryForWrite().BeginBinaryExport(copyToCommand);

    /// <inheritdoc cref="BeginBinaryExport" />
    /// <param name="copyToCommand">The COPY command.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    public async Task<NpgsqlBinaryExporter> BeginBinaryExportAsync(string copyToCommand, CancellationToken cancellationToken = default) =>
        await (await PrimaryForWriteAsync(cancellationToken).ConfigureAwait(false)).BeginBinaryExportAsync(copyToCommand, cancellationToken).ConfigureAwait(false);

    /// <summary>Begins COPY … FROM STDIN in text form, on the primary.</summary>
    /// <param name="copyFromCommand">The COPY command.</param>
    /// <returns>The writer; dispose it to end the operation.</returns>
    public NpgsqlCopyTextWriter BeginTextImport(string copyFromCommand) => PrimaryForWrite().BeginTextImport(copyFromCommand);

    /// <inheritdoc cref="BeginTextImport" />
    /// <param name="copyFromCommand">The COPY command.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    public async Task<NpgsqlCopyTextWriter> BeginTextImportAsync(string copyFromCommand, CancellationToken cancellationToken = default) =>
        await (await PrimaryForWriteAsync(cancellationToken).ConfigureAwait(false)).BeginTextImportAsync(copyFromCommand, cancellationToken).ConfigureAwait(false);

    /// <summary>Begins COPY … TO STDOUT in text form, on the primary.</summary>
    /// <param name="copyToCommand">The COPY command.</param>
    /// <returns>The reader; dispose it to end the operation.</returns>
    public NpgsqlCopyTextReader BeginTextExport(string copyToCommand) => PrimaryForWrite().BeginTextExport(copyToCommand);

    /// <inheritdoc cref="BeginTextExport" />
    /// <param name="copyToCommand">The COPY command.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    public async Task<NpgsqlCopyTextReader> BeginTextExportAsync(string copyToCommand, CancellationToken cancellationToken = default) =>
        await (await PrimaryForWriteAsync(cancellationToken).ConfigureAwait(false)).BeginTextExportAsync(copyToCommand, cancellationToken).ConfigureAwait(false);

    /// <summary>Begins COPY in raw binary form, on the primary.</summary>
    /// <param name="copyCommand">The COPY command.</param>
    /// <returns>The stream; dispose it to end the operation.</returns>
    public NpgsqlRawCopyStream BeginRawBinaryCopy(string copyCommand) => PrimaryForWrite().BeginRawBinaryCopy(copyCommand);

    /// <inheritdoc cref="BeginRawBinaryCopy" />
    /// <param name="copyCommand">The COPY command.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    public async Task<NpgsqlRawCopyStream> BeginRawBinaryCopyAsync(string copyCommand, CancellationToken cancellationToken = default) =>
        await (await PrimaryForWriteAsync(cancellationToken).ConfigureAwait(false)).BeginRawBinaryCopyAsync(copyCommand, cancellationToken).ConfigureAwait(false);

    /// <summary>Waits for a notification from the primary.</summary>
    /// <param name="timeout">In milliseconds; 0 is for ever.</param>
    /// <returns>Whether one arrived in time.</returns>
    public bool Wait(int timeout) => PrimaryWithState().Wait(timeout);

    /// <summary>Waits for a notification from the primary.</summary>
    /// <param name="timeout">The time to wait.</param>
    /// <returns>Whether one arrived in time.</returns>
    public bool Wait(TimeSpan timeout) => PrimaryWithState().Wait(timeout);

    /// <summary>Waits for a notification from the primary for ever.</summary>
    public void Wait() => PrimaryWithState().Wait();

    /// <summary>Waits for a notification from the primary.</summary>
    /// <param name="timeout">In milliseconds; 0 is for ever.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Whether one arrived in time.</returns>
    public async Task<bool> WaitAsync(int timeout, CancellationToken cancellationToken = default) =>
        await (await PrimaryWithStateAsync(cancellationToken).ConfigureAwait(false)).WaitAsync(timeout, cancellationToken).ConfigureAwait(false);

    /// <summary>Waits for a notification from the primary.</summary>
    /// <param name="timeout">The time to wait.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Whether one arrived in time.</returns>
    public async Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        await (await PrimaryWithStateAsync(cancellationToken).ConfigureAwait(false)).WaitAsync(timeout, cancellationToken).ConfigureAwait(false);

    /// <summary>Waits for a notification from the primary for ever.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that completes when one arrived.</returns>
    public async Task WaitAsync(CancellationToken cancellationToken = default) =>
        await (await PrimaryWithStateAsync(cancellationToken).ConfigureAwait(false)).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public override DataTable GetSchema() => Primary().GetSchema();

    /// <inheritdoc />
    public override DataTable GetSchema(string collectionName) => Primary().GetSchema(collectionName);

    /// <inheritdoc />
    public override DataTable GetSchema(string collectionName, string?[]? restrictionValues) =>
        Primary().GetSchema(collectionName, restrictionValues!);

    /// <inheritdoc />
    public override async Task<DataTable> GetSchemaAsync(CancellationToken cancellationToken = default) =>
        await (await PrimaryAsync(cancellationToken).ConfigureAwait(false)).GetSchemaAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public override async Task<DataTable> GetSchemaAsync(string collectionName, CancellationToken cancellationToken = default) =>
        await (await PrimaryAsync(cancellationToken).ConfigureAwait(false)).GetSchemaAsync(collectionName, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public override async Task<DataTable> GetSchemaAsync(
        string collectionName, string?[]? restrictionValues, CancellationToken cancellationToken = default) =>
        await (await PrimaryAsync(cancellationToken).ConfigureAwait(false)).GetSchemaAsync(collectionName, restrictionValues!, cancellationToken).ConfigureAwait(false);

    /// <summary>Closes all prepared statements of the connections that are open now.</summary>
    public void UnprepareAll()
    {
        CheckReady();
        if (_primary.IsOpen)
            _primary.Connection!.UnprepareAll();
        if (_replica.IsOpen)
            _replica.Connection!.UnprepareAll();
    }

    /// <summary>Reads the database's types again on the nodes that this connection uses; others see them on connections opened later.</summary>
    public void ReloadTypes()
    {
        Primary().ReloadTypes();
        Source.ReloadTypes();
    }

    /// <inheritdoc cref="ReloadTypes" />
    /// <param name="cancellationToken">Cancels the reload.</param>
    public async Task ReloadTypesAsync(CancellationToken cancellationToken = default)
    {
        await (await PrimaryAsync(cancellationToken).ConfigureAwait(false)).ReloadTypesAsync(cancellationToken).ConfigureAwait(false);
        await Source.ReloadTypesAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlConnection Primary()
    {
        CheckReady();
        return AcquirePrimaryAsync(async: false, enlist: false, CancellationToken.None).WaitForSync();
    }

    private ValueTask<NpgsqlConnection> PrimaryAsync(CancellationToken cancellationToken)
    {
        CheckReady();
        return AcquirePrimaryAsync(async: true, enlist: false, cancellationToken);
    }

    // The caller holds on to something of this very server connection, so it is kept until Close.
    private NpgsqlConnection PrimaryWithState()
    {
        var inner = Primary();
        _primary.IsDirty = true;
        return inner;
    }

    private async ValueTask<NpgsqlConnection> PrimaryWithStateAsync(CancellationToken cancellationToken)
    {
        var inner = await PrimaryAsync(cancellationToken).ConfigureAwait(false);
        _primary.IsDirty = true;
        return inner;
    }

    private NpgsqlConnection PrimaryForWrite()
    {
        var inner = PrimaryWithState();
        CommandInProgress = null;
        BeginWrite(); // ends with the next command or with Close: when the copy ends is not seen here
        return inner;
    }

    private async ValueTask<NpgsqlConnection> PrimaryForWriteAsync(CancellationToken cancellationToken)
    {
        var inner = await PrimaryWithStateAsync(cancellationToken).ConfigureAwait(false);
        CommandInProgress = null;
        BeginWrite();
        return inner;
    }

    private void RelayHeld()
    {
        if (_primary.IsHeld)
            RelayFrom(_primary.Connection!, ref _relaysPrimary);
        if (_replica.IsHeld)
            RelayFrom(_replica.Connection!, ref _relaysReplica);
    }

    private void RelayFrom(NpgsqlConnection inner, ref NpgsqlConnection? relays)
    {
        if (ReferenceEquals(relays, inner) || (_notice is null && _notification is null))
            return;
        relays = inner;
        inner.Notice += (_, notice) => _notice?.Invoke(this, notice);
        inner.Notification += (_, notification) => _notification?.Invoke(this, notification);
    }
}
