using System.ComponentModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using NpgsqlTypes;

namespace ReplicaRouting;

/// <summary>Makes the commands of a <see cref="RoutingDataAdapter"/> that write, from the one that reads. Use it as an
/// <see cref="NpgsqlCommandBuilder"/>.</summary>
[DesignerCategory("")]
public sealed class RoutingCommandBuilder : DbCommandBuilder
{
    private readonly NpgsqlCommandBuilder _npgsql = new(); // knows how names are quoted

    /// <summary>Initialises a builder without an adapter.</summary>
    public RoutingCommandBuilder()
        : this(null)
    {
    }

    /// <summary>Initialises a builder.</summary>
    /// <param name="adapter">The adapter whose <see cref="RoutingDataAdapter.SelectCommand"/> names the table.</param>
    public RoutingCommandBuilder(RoutingDataAdapter? adapter)
    {
        DataAdapter = adapter;
        QuotePrefix = "\"";
        QuoteSuffix = "\"";
    }

    /// <inheritdoc />
    [AllowNull]
    public override string QuotePrefix
    {
        get => base.QuotePrefix;
        set
        {
            _npgsql.QuotePrefix = value;
            base.QuotePrefix = _npgsql.QuotePrefix;
        }
    }

    /// <inheritdoc />
    [AllowNull]
    public override string QuoteSuffix
    {
        get => base.QuoteSuffix;
        set
        {
            _npgsql.QuoteSuffix = value;
            base.QuoteSuffix = _npgsql.QuoteSuffix;
        }
    }

    /// <summary>Asks the primary for the parameters of a command's text or procedure, and sets them on the command.</summary>
    /// <param name="command">The command; its connection must be open. What parameters it had are dropped.</param>
    /// <exception cref="InvalidOperationException">The command has no connection, or that is closed.</exception>
    /// <exception cref="NpgsqlException">The command is prepared.</exception>
    /// <exception cref="PostgresException">There is no such procedure, or the text is wrong. Trying again does not help.</exception>
    public static void DeriveParameters(RoutingCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.DeriveParameters();
    }

    /// <inheritdoc cref="DbCommandBuilder.GetInsertCommand()" />
    public new RoutingCommand GetInsertCommand() => GetInsertCommand(useColumnsForParameterNames: false);

    /// <inheritdoc cref="DbCommandBuilder.GetInsertCommand(bool)" />
    public new RoutingCommand GetInsertCommand(bool useColumnsForParameterNames) => Writing(base.GetInsertCommand(useColumnsForParameterNames));

    /// <inheritdoc cref="DbCommandBuilder.GetUpdateCommand()" />
    public new RoutingCommand GetUpdateCommand() => GetUpdateCommand(useColumnsForParameterNames: false);

    /// <inheritdoc cref="DbCommandBuilder.GetUpdateCommand(bool)" />
    public new RoutingCommand GetUpdateCommand(bool useColumnsForParameterNames) => Writing(base.GetUpdateCommand(useColumnsForParameterNames));

    /// <inheritdoc cref="DbCommandBuilder.GetDeleteCommand()" />
    public new RoutingCommand GetDeleteCommand() => GetDeleteCommand(useColumnsForParameterNames: false);

    /// <inheritdoc cref="DbCommandBuilder.GetDeleteCommand(bool)" />
    public new RoutingCommand GetDeleteCommand(bool useColumnsForParameterNames) => Writing(base.GetDeleteCommand(useColumnsForParameterNames));

    /// <inheritdoc />
    public override string QuoteIdentifier(string unquotedIdentifier) => _npgsql.QuoteIdentifier(unquotedIdentifier);

    /// <inheritdoc />
    public override string UnquoteIdentifier(string quotedIdentifier) => _npgsql.UnquoteIdentifier(quotedIdentifier);

    /// <inheritdoc />
    protected override void ApplyParameterInfo(DbParameter parameter, DataRow row, System.Data.StatementType statementType, bool whereClause)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(row);
        if (parameter.SourceColumnNullMapping)
            parameter.ResetDbType(); // not of the column's type: a number that says whether the column is NULL
        else
            ((NpgsqlParameter)parameter).NpgsqlDbType = (NpgsqlDbType)row[SchemaTableColumn.ProviderType];
    }

    /// <inheritdoc />
    protected override string GetParameterName(int parameterOrdinal) => FormattableString.Invariant($"@p{parameterOrdinal}");

    /// <inheritdoc />
    protected override string GetParameterName(string parameterName) => "@" + parameterName;

    /// <inheritdoc />
    protected override string GetParameterPlaceholder(int parameterOrdinal) => GetParameterName(parameterOrdinal);

    /// <inheritdoc />
    protected override void SetRowUpdatingHandler(DbDataAdapter adapter)
    {
        if (adapter is not RoutingDataAdapter routed)
            throw new ArgumentException($"The adapter must be a {nameof(RoutingDataAdapter)}.", nameof(adapter));
        if (ReferenceEquals(adapter, DataAdapter))
            routed.RowUpdating -= OnRowUpdating; // the base class sets the same adapter again to be rid of it
        else
            routed.RowUpdating += OnRowUpdating;
    }

    private static RoutingCommand Writing(DbCommand command)
    {
        command.UpdatedRowSource = UpdateRowSource.None;
        return (RoutingCommand)command;
    }

    private void OnRowUpdating(object sender, NpgsqlRowUpdatingEventArgs e) => RowUpdatingHandler(e);
}
