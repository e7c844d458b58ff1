using System.ComponentModel;
using System.Data;
using System.Data.Common;
using Npgsql;

namespace ReplicaRouting;

/// <summary>Fills data sets and writes their changes back. Use it as an <see cref="NpgsqlDataAdapter"/>: reading goes where the text allows,
/// changes go to the primary.</summary>
[DesignerCategory("")]
public sealed class RoutingDataAdapter : DbDataAdapter
{
    /// <summary>Initialises an adapter without commands.</summary>
    public RoutingDataAdapter()
    {
    }

    /// <summary>Initialises an adapter.</summary>
    /// <param name="selectCommand">The command that reads.</param>
    public RoutingDataAdapter(RoutingCommand selectCommand) => SelectCommand = selectCommand;

    /// <summary>Initialises an adapter.</summary>
    /// <param name="selectCommandText">The text that reads.</param>
    /// <param name="selectConnection">The connection; opened and closed by each operation when it is closed.</param>
    public RoutingDataAdapter(string selectCommandText, RoutingConnection selectConnection)
        : this(new RoutingCommand(selectCommandText, selectConnection))
    {
    }

    /// <summary>Initialises an adapter.</summary>
    /// <param name="selectCommandText">The text that reads.</param>
    /// <param name="selectConnectionString">What to connect to, as for a <see cref="RoutingConnection"/>.</param>
    /// <exception cref="ArgumentException">The connection string is malformed, or asks for something that routing does not support.</exception>
    public RoutingDataAdapter(string selectCommandText, string selectConnectionString)
        : this(selectCommandText, new Compatibility.NpgsqlConnection(selectConnectionString))
    {
    }

    /// <summary>Fires when the change of a row has been written.</summary>
    public event NpgsqlRowUpdatedEventHandler? RowUpdated;

    /// <summary>Fires when the change of a row is about to be written.</summary>
    public event NpgsqlRowUpdatingEventHandler? RowUpdating;

    /// <summary>Gets or sets the command that reads.</summary>
    public new RoutingCommand? SelectCommand
    {
        get => (RoutingCommand?)base.SelectCommand;
        set => base.SelectCommand = value;
    }

    /// <summary>Gets or sets the command for rows that were added.</summary>
    public new RoutingCommand? InsertCommand
    {
        get => (RoutingCommand?)base.InsertCommand;
        set => base.InsertCommand = value;
    }

    /// <summary>Gets or sets the command for rows that were changed.</summary>
    public new RoutingCommand? UpdateCommand
    {
        get => (RoutingCommand?)base.UpdateCommand;
        set => base.UpdateCommand = value;
    }

    /// <summary>Gets or sets the command for rows that were removed.</summary>
    public new RoutingCommand? DeleteCommand
    {
        get => (RoutingCommand?)base.DeleteCommand;
        set => base.DeleteCommand = value;
    }

    /// <inheritdoc />
    protected override RowUpdatedEventArgs CreateRowUpdatedEvent(
        DataRow dataRow, IDbCommand? command, System.Data.StatementType statementType, DataTableMapping tableMapping) =>
        new NpgsqlRowUpdatedEventArgs(dataRow, command, statementType, tableMapping);

    /// <inheritdoc />
    protected override RowUpdatingEventArgs CreateRowUpdatingEvent(
        DataRow dataRow, IDbCommand? command, System.Data.StatementType statementType, DataTableMapping tableMapping) =>
        new NpgsqlRowUpdatingEventArgs(dataRow, command, statementType, tableMapping);

    /// <inheritdoc />
    protected override void OnRowUpdated(RowUpdatedEventArgs value)
    {
        if (value is NpgsqlRowUpdatedEventArgs written)
            RowUpdated?.Invoke(this, written);
    }

    /// <inheritdoc />
    protected override void OnRowUpdating(RowUpdatingEventArgs value)
    {
        if (value is NpgsqlRowUpdatingEventArgs writing)
            RowUpdating?.Invoke(this, writing);
    }
}
