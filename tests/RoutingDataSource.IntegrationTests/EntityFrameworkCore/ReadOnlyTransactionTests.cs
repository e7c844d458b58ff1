using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

[Collection(ClusterTests.Name)]
public sealed class ReadOnlyTransactionTests(ShopDatabases databases) : IClassFixture<ShopDatabases>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadOnlyTransaction_OverRouting_StaysOnOneReplicaUntilItEnds(bool isAsync)
    {
        await using var context = databases.Routed.Open();
        databases.Routed.Recorder.Clear();
        var transaction = isAsync
            ? await context.Database.BeginReadOnlyTransactionAsync(IsolationLevel.RepeatableRead)
            : context.Database.BeginReadOnlyTransaction(IsolationLevel.RepeatableRead);
        await using (transaction)
        {
            for (var i = 0; i < 4; i++)
                Assert.Equal(5, await context.Items.CountAsync());
            Assert.Equal(ConnectionState.Open, context.Database.GetDbConnection().State);
            await transaction.CommitAsync();
        }

        Assert.Equal(4, databases.Routed.Recorder.Commands.Count);
        Assert.All(databases.Routed.Recorder.Commands, command => Assert.Equal(RouteReason.ReadOnlyTransaction, command.Route!.Value.Reason));
        Assert.All(databases.Routed.Recorder.Targets, target => Assert.Equal(RouteTarget.Replica, target));
        Assert.Single(databases.Routed.Recorder.Commands.Select(command => command.Route!.Value.Node).Distinct());
        Assert.Null(context.Database.CurrentTransaction);
        Assert.Equal(ConnectionState.Closed, context.Database.GetDbConnection().State);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task ReadOnlyTransaction_RefusesWritesAndEndsWhenDisposed(bool isRouted, bool isAsync)
    {
        await using var context = (isRouted ? databases.Routed : databases.Plain).Open();
        if (isAsync)
        {
            await using (await context.Database.BeginReadOnlyTransactionAsync())
                Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, (await Assert.ThrowsAsync<PostgresException>(Write)).SqlState);
        }
        else
        {
            using (context.Database.BeginReadOnlyTransaction())
                Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, (await Assert.ThrowsAsync<PostgresException>(Write)).SqlState);
        }

        Assert.Null(context.Database.CurrentTransaction);
        Assert.Equal(ConnectionState.Closed, context.Database.GetDbConnection().State);
        Assert.Equal(0, await Write());

        Task<int> Write() => context.Items.Where(i => i.Name == "nobody").ExecuteDeleteAsync();
    }

    [Fact]
    public async Task ReadOnlyTransaction_InsideAnother_IsRefusedAndLeavesItAlone()
    {
        await using var context = databases.Routed.Open();
        await using var outer = await context.Database.BeginTransactionAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => context.Database.BeginReadOnlyTransactionAsync());

        Assert.Same(outer, context.Database.CurrentTransaction);
        Assert.Equal(5, await context.Items.CountAsync(i => i.Name.StartsWith("seed")));
    }
}
