using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
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

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task ReadOnlyTransaction_WithSavepoints_RollsBackToThem(bool isRouted, bool isAsync)
    {
        await using var context = (isRouted ? databases.Routed : databases.Plain).Open();
        var transaction = isAsync ? await context.Database.BeginReadOnlyTransactionAsync() : context.Database.BeginReadOnlyTransaction();
        Assert.True(transaction.SupportsSavepoints);
        Assert.Equal(context.Database.CurrentTransaction!.TransactionId, transaction.TransactionId);
        Assert.Equal(context.Database.CurrentTransaction.GetDbTransaction(), transaction.GetDbTransaction());
        await Savepoint("kept");
        await Savepoint("left");
        await Assert.ThrowsAsync<PostgresException>(() => context.Items.Where(i => i.Name == "nobody").ExecuteDeleteAsync());
        await Assert.ThrowsAsync<PostgresException>(() => context.Items.CountAsync()); // the transaction has failed
        if (isAsync)
            await transaction.RollbackToSavepointAsync("left");
        else
            transaction.RollbackToSavepoint("left");
        Assert.Equal(5, await context.Items.CountAsync(i => i.Name.StartsWith("seed")));
        if (isAsync)
            await transaction.ReleaseSavepointAsync("kept");
        else
            transaction.ReleaseSavepoint("kept");
        Assert.Throws<PostgresException>(() => transaction.RollbackToSavepoint("kept"));
        if (isAsync)
            await transaction.RollbackAsync();
        else
            transaction.Rollback();
        Assert.Null(context.Database.CurrentTransaction);
        await transaction.DisposeAsync();
        Assert.Equal(ConnectionState.Closed, context.Database.GetDbConnection().State);

        async Task Savepoint(string name)
        {
            if (isAsync)
                await transaction.CreateSavepointAsync(name);
            else
                transaction.CreateSavepoint(name);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadOnlyTransaction_ThatCannotBegin_LeavesNoneBehind(bool isAsync)
    {
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>(databases.Plain.Options()).AddInterceptors(new Refusing()).Options);
        var error = isAsync
            ? await Assert.ThrowsAsync<InvalidOperationException>(() => context.Database.BeginReadOnlyTransactionAsync())
            : Assert.Throws<InvalidOperationException>(() => context.Database.BeginReadOnlyTransaction());
        Assert.Equal("refused", error.Message);
        Assert.Null(context.Database.CurrentTransaction);
        Assert.Equal(ConnectionState.Closed, context.Database.GetDbConnection().State);
        await using (await context.Database.BeginTransactionAsync())
            Assert.Equal(5, await context.Items.CountAsync(i => i.Name.StartsWith("seed")));
    }

    // Refuses what makes a plain transaction read-only.
    private sealed class Refusing : DbCommandInterceptor
    {
        private static InvalidOperationException Refused => new("refused");

        public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result) =>
            throw Refused;

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) => throw Refused;
    }
}
