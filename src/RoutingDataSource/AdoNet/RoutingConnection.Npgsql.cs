using System.ComponentModel;
using System.Data;
using Npgsql;
using ReplicaRouting.AdoNet;

#pragma warning disable CA1725 // parameters are named as Npgsql names them, for callers that name them too

namespace ReplicaRouting;

// What Npgsql's connection has beyond DbConnection. All of it means the primary: COPY writes, notifications and process ids belong to one
// server, and the schema is read where it was changed last.
public partial class RoutingConnection
{
    private Relays? _relays;

    /// <summary>Fires when a server sends a notice, whichever node it is.</summary>
    public event NoticeEventHandler? Notice
    {
        add
        {
            (_relays ??= new()).Notice += value;
            RelayHeld();
        }

        remove
        {
            if (_relays is { } relays)
                relays.Notice -= value;
        }
    }

    /// <summary>Fires when the primary sends a notification (LISTEN).</summary>
    public event NotificationEventHandler? Notification
    {
        add
        {
            (_relays ??= new()).Notification += value;
            RelayHeld();
        }

        remove
        {
            if (_relays is { } relays)
                relays.Notification -= value;
        }
    }

    /// <inheritdoc />
    [Browsable(false)]
    public override string ServerVersion => AnyOpen().ServerVersion;

    /// <summary>Gets the version of the servers.</summary>
    [Browsable(false)]
    public Version PostgreSqlVersion => AnyOpen().PostgreSqlVersion;

    /// <summary>Gets the process id of the backend that runs the open reader, else that of the primary's backend.</summary>
    /// <remarks>Whoever asks means to find, cancel or end this connection's session by it: from then on until Close every command runs there.</remarks>
    [Browsable(false)]
    public int ProcessID
    {
        get
        {
            if (CheckOpenForInfo() is { } busy)
                return busy.ProcessID;
            _isPinned = true;
            return PrimaryWithState().ProcessID;
        }
    }

    /// <summary>Gets whether the servers send dates and times as integers.</summary>
    [Browsable(false)]
    public bool HasIntegerDateTimes => AnyOpen().HasIntegerDateTimes;

    /// <summary>Gets the time zone of the session on the primary.</summary>
    [Browsable(false)]
    public string Timezone => PrimaryUnlessBusy().Timezone;

    /// <summary>Gets the parameters that the primary reported.</summary>
    [Browsable(false)]
    public IReadOnlyDictionary<string, string> PostgresParameters => PrimaryUnlessBusy().PostgresParameters;

    /// <summary>Begins COPY … FROM STDIN in binary form, on the primary.</summary>
    /// <param name="copyFromCommand">The COPY command.</param>
    /// <returns>The importer; dispose it to end the operation.</returns>
    public NpgsqlBinaryImporter BeginBinaryImport(string copyFromCommand) =>
        Copy(copyFromCommand, static (inner, text) => inner.BeginBinaryImport(text));

    /// <inheritdoc cref="BeginBinaryImport" />
    /// <param name="copyFromCommand">The COPY command.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    public async Task<NpgsqlBinaryImporter> BeginBinaryImportAsync(string copyFromCommand, CancellationToken cancellationToken = default) =>
        await CopyAsync(copyFromCommand, static (inner, text, token) => inner.BeginBinaryImportAsync(text, token), cancellationToken).ConfigureAwait(false);

    /// <summary>Begins COPY … TO STDOUT in binary form, on the primary.</summary>
    /// <param name="copyToCommand">The COPY command.</param>
    /// <returns>The exporter; dispose it to end the operation.</returns>
    public NpgsqlBinaryExporter BeginBinaryExport(string copyToCommand) =>
        Export(copyToCommand, static (inner, text) => inner.BeginBinaryExport(text));

    /// <inheritdoc cref="BeginBinaryExport" />
    /// <param name="copyToCommand">The COPY command.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    public async Task<NpgsqlBinaryExporter> BeginBinaryExportAsync(string copyToCommand, CancellationToken cancellationToken = default) =>
        await ExportAsync(copyToCommand, static (inner, text, token) => inner.BeginBinaryExportAsync(text, token), cancellationToken).ConfigureAwait(false);

    /// <summary>Begins COPY … FROM STDIN in text form, on the primary.</summary>
    /// <param name="copyFromCommand">The COPY command.</param>
    /// <returns>The writer; dispose it to end the operation.</returns>
    public NpgsqlCopyTextWriter BeginTextImport(string copyFromCommand) =>
        Copy(copyFromCommand, static (inner, text) => inner.BeginTextImport(text));

    /// <inheritdoc cref="BeginTextImport" />
    /// <param name="copyFromCommand">The COPY command.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    public async Task<NpgsqlCopyTextWriter> BeginTextImportAsync(string copyFromCommand, CancellationToken cancellationToken = default) =>
        await CopyAsync(copyFromCommand, static (inner, text, token) => inner.BeginTextImportAsync(text, token), cancellationToken).ConfigureAwait(false);

    /// <summary>Begins COPY … TO STDOUT in text form, on the primary.</summary>
    /// <param name="copyToCommand">The COPY command.</param>
    /// <returns>The reader; dispose it to end the operation.</returns>
    public NpgsqlCopyTextReader BeginTextExport(string copyToCommand) =>
        Export(copyToCommand, static (inner, text) => inner.BeginTextExport(text));

    /// <inheritdoc cref="BeginTextExport" />
    /// <param name="copyToCommand">The COPY command.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    public async Task<NpgsqlCopyTextReader> BeginTextExportAsync(string copyToCommand, CancellationToken cancellationToken = default) =>
        await ExportAsync(copyToCommand, static (inner, text, token) => inner.BeginTextExportAsync(text, token), cancellationToken).ConfigureAwait(false);

    /// <summary>Begins COPY in raw binary form, on the primary.</summary>
    /// <param name="copyCommand">The COPY command.</param>
    /// <returns>The stream; dispose it to end the operation.</returns>
    public NpgsqlRawCopyStream BeginRawBinaryCopy(string copyCommand) =>
        Copy(copyCommand, static (inner, text) => inner.BeginRawBinaryCopy(text));

    /// <inheritdoc cref="BeginRawBinaryCopy" />
    /// <param name="copyCommand">The COPY command.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    public async Task<NpgsqlRawCopyStream> BeginRawBinaryCopyAsync(string copyCommand, CancellationToken cancellationToken = default) =>
        await CopyAsync(copyCommand, static (inner, text, token) => inner.BeginRawBinaryCopyAsync(text, token), cancellationToken).ConfigureAwait(false);

    /// <summary>Waits for a notification from the primary.</summary>
    /// <param name="timeout">In milliseconds; 0 and -1 are for ever.</param>
    /// <returns>Whether one arrived in time.</returns>
    public bool Wait(int timeout)
    {
        if (timeout < -1)
            throw new ArgumentException("Argument must be -1, 0 or positive", nameof(timeout));
        return PrimaryWithState().Wait(timeout);
    }

    /// <summary>Waits for a notification from the primary.</summary>
    /// <param name="timeout">The time to wait.</param>
    /// <returns>Whether one arrived in time.</returns>
    public bool Wait(TimeSpan timeout) => Wait((int)timeout.TotalMilliseconds);

    /// <summary>Waits for a notification from the primary for ever.</summary>
    public void Wait() => PrimaryWithState().Wait();

    /// <summary>Waits for a notification from the primary.</summary>
    /// <param name="timeout">In milliseconds; 0 and -1 are for ever.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Whether one arrived in time.</returns>
    public Task<bool> WaitAsync(int timeout, CancellationToken cancellationToken = default)
    {
        CheckReady(); // as Npgsql: at once, and not with the task
        return WaitOnPrimaryAsync(timeout, cancellationToken);
    }

    /// <summary>Waits for a notification from the primary.</summary>
    /// <param name="timeout">The time to wait.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Whether one arrived in time.</returns>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        WaitAsync((int)timeout.TotalMilliseconds, cancellationToken);

    /// <summary>Waits for a notification from the primary for ever.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that completes when one arrived.</returns>
    public Task WaitAsync(CancellationToken cancellationToken = default) => WaitAsync(0, cancellationToken);

    /// <inheritdoc />
    public override DataTable GetSchema() => GetSchema("MetaDataCollections", null);

    /// <inheritdoc />
    public override DataTable GetSchema(string? collectionName) => GetSchema(collectionName, null);

    /// <inheritdoc />
    public override DataTable GetSchema(string? collectionName, string?[]? restrictions) =>
        (SchemaWithoutPrimary(collectionName) ?? Primary()).GetSchema(collectionName, restrictions);

    /// <inheritdoc />
    public override Task<DataTable> GetSchemaAsync(CancellationToken cancellationToken = default) =>
        GetSchemaAsync("MetaDataCollections", null, cancellationToken);

    /// <inheritdoc />
    public override Task<DataTable> GetSchemaAsync(string collectionName, CancellationToken cancellationToken = default) =>
        GetSchemaAsync(collectionName, null, cancellationToken);

    /// <inheritdoc />
    public override async Task<DataTable> GetSchemaAsync(
        string collectionName, string?[]? restrictions, CancellationToken cancellationToken = default)
    {
        var inner = SchemaWithoutPrimary(collectionName) ?? await PrimaryAsync(cancellationToken).ConfigureAwait(false);
        return await inner.GetSchemaAsync(collectionName, restrictions, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes all prepared statements of the connections that are open now.</summary>
    public void UnprepareAll()
    {
        CheckReady();
        if (_primary.IsOpen)
            _primary.Connection!.UnprepareAll();
        if (_replica.IsOpen)
            _replica.Connection!.UnprepareAll();
    }

    /// <summary>Reads the database's types again, on the primary and on every replica that can be reached, after it has replayed what the primary
    /// has written so far. Affects this connection at once and others when they are opened next.</summary>
    public void ReloadTypes()
    {
        Primary().ReloadTypes();
        Source.ReloadReplicaTypes();
    }

    /// <inheritdoc cref="ReloadTypes" />
    /// <param name="cancellationToken">Cancels the reload.</param>
    public async Task ReloadTypesAsync(CancellationToken cancellationToken = default)
    {
        var inner = await PrimaryAsync(cancellationToken).ConfigureAwait(false);
        await inner.ReloadTypesAsync(cancellationToken).ConfigureAwait(false);
        await Source.ReloadReplicaTypesAsync(cancellationToken).ConfigureAwait(false);
    }

    // Some collections need no server; a closed connection refuses the others, and a busy one too, in Npgsql's words.
    private NpgsqlConnection? SchemaWithoutPrimary(string? collectionName)
    {
        if (string.IsNullOrEmpty(collectionName) || collectionName.ToUpperInvariant() is "METADATACOLLECTIONS" or "RESTRICTIONS" or "RESERVEDWORDS")
            return new NpgsqlConnection();
        if ((FullState & ConnectionState.Open) == 0)
            return _source?.Template ?? new NpgsqlConnection();
        return CheckOpen(out _);
    }

    // What Npgsql tells while a reader is open as well.
    private NpgsqlConnection? CheckOpenForInfo()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return CheckOpen(out _);
    }

    private NpgsqlConnection AnyOpen() => CheckOpenForInfo()
        ?? (_primary.IsOpen ? _primary.Connection! : _replica.IsOpen ? _replica.Connection! : Primary());

    private NpgsqlConnection PrimaryUnlessBusy() => CheckOpenForInfo() is { } busy ? (_primary.IsOpen ? _primary.Connection! : busy) : Primary();

    // A read-only transaction on a replica is on that one server whole, so everything that has no text to route stays with it: a COPY in is refused
    // there as Npgsql's user would expect, and an export sees the transaction's snapshot.
    private NpgsqlConnection? TransactionsReplica => IsTransactionOnReplica ? _replica.Connection : null;

    private NpgsqlConnection Primary()
    {
        CheckReady();
        return TransactionsReplica ?? AcquirePrimaryAsync(async: false, enlist: false, CancellationToken.None).WaitForSync();
    }

    private ValueTask<NpgsqlConnection> PrimaryAsync(CancellationToken cancellationToken)
    {
        CheckReady();
        return TransactionsReplica is { } replica ? new(replica) : AcquirePrimaryAsync(async: true, enlist: false, cancellationToken);
    }

    // The caller holds on to something of this very server connection, so it is kept until Close.
    private NpgsqlConnection PrimaryWithState()
    {
        var inner = Primary();
        MarkDirty(inner);
        return inner;
    }

    private async ValueTask<NpgsqlConnection> PrimaryWithStateAsync(CancellationToken cancellationToken)
    {
        var inner = await PrimaryAsync(cancellationToken).ConfigureAwait(false);
        MarkDirty(inner);
        return inner;
    }

    private async Task<bool> WaitOnPrimaryAsync(int timeout, CancellationToken cancellationToken) =>
        await (await PrimaryWithStateAsync(cancellationToken).ConfigureAwait(false)).WaitAsync(timeout, cancellationToken).ConfigureAwait(false);

    private void RelayHeld()
    {
        if (_primary.IsHeld)
            RelayFromPrimary();
        if (_replica.IsHeld)
            RelayFromReplica();
    }

    private void RelayFromPrimary()
    {
        if (_relays is not { } relays || ReferenceEquals(relays.Primary, _primary.Connection))
            return;
        relays.Primary = _primary.Connection;
        Relay(relays, _primary.Connection!);
    }

    private void RelayFromReplica()
    {
        if (_relays is not { } relays || ReferenceEquals(relays.Replica, _replica.Connection))
            return;
        relays.Replica = _replica.Connection;
        Relay(relays, _replica.Connection!);
    }

    private void Relay(Relays relays, NpgsqlConnection inner)
    {
        _isInnerKnown = true; // it keeps these handlers
        inner.Notice += (_, notice) => relays.Notice?.Invoke(this, notice);
        inner.Notification += (_, notification) => relays.Notification?.Invoke(this, notification);
    }
}
