using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

/// <summary>Remembers each command of a context and where it went: the port is the primary's or that of plain Npgsql's connection.</summary>
public sealed class RouteRecorder : DbCommandInterceptor
{
    private readonly List<(string Text, CommandRoute? Route, int Port)> _commands = [];

    public IReadOnlyList<(string Text, CommandRoute? Route, int Port)> Commands => _commands;

    public IEnumerable<RouteTarget> Targets => _commands.Select(command => command.Route!.Value.Target);

    /// <summary>The only command since <see cref="Clear"/>.</summary>
    public CommandRoute Only => Assert.Single(_commands).Route!.Value;

    public void Clear() => _commands.Clear();

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result)
    {
        Add(command);
        return result;
    }

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        Add(command);
        return new(result);
    }

    public override object? ScalarExecuted(DbCommand command, CommandExecutedEventData eventData, object? result)
    {
        Add(command);
        return result;
    }

    public override ValueTask<object?> ScalarExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, object? result, CancellationToken cancellationToken = default)
    {
        Add(command);
        return new(result);
    }

    public override int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        Add(command);
        return result;
    }

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Add(command);
        return new(result);
    }

    private void Add(DbCommand command) => _commands.Add(
        (command.CommandText, (command as RoutingCommand)?.LastRoute, (command.Connection as Npgsql.NpgsqlConnection)?.Port ?? 0));
}
