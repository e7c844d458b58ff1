using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ReplicaRouting.Quickstart.Shop;

/// <summary>Sees the commands of EF Core after their execution: they are <see cref="RoutingCommand"/>s and know their route.</summary>
internal sealed class RouteInterceptor(Action<RoutingCommand> executed) : DbCommandInterceptor
{
    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        executed((RoutingCommand)command);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        executed((RoutingCommand)command);
        return ValueTask.FromResult(result);
    }
}
