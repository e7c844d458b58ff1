using System.Collections.Concurrent;

namespace ReplicaRouting.Quickstart.Acts;

/// <summary>A standby is killed while workers read from it.</summary>
internal static class LostReplica
{
    private const string Sql = "SELECT count(*), sum(amount) FROM orders";
    private const int ReadsBefore = 400;
    private const int ReadsAfter = 400;

    public static async Task PlayAsync(Stage stage)
    {
        stage.Screen.Act("A standby is killed under load: db3, with 4 synchronous and 4 asynchronous workers reading");
        var load = new Load(stage);
        Task[] workers =
        [
            .. Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(() => load.Read(i % 2 == 0), TaskCreationOptions.LongRunning)),
            .. Enumerable.Range(0, 4).Select(i => Task.Run(() => load.ReadAsync(i % 2 == 0))),
        ];
        var before = 0;
        var after = 0;
        try
        {
            await stage.UntilAsync(() => load.Reads >= ReadsBefore, "the workers read");
            before = load.Reads;
            await stage.Server("db3").KillAsync();
            await stage.UntilAsync(() => !stage.Node("db3").IsReachable, "db3 is known to be gone");
            after = load.Reads;
            await stage.UntilAsync(() => load.Reads >= after + ReadsAfter, "the workers go on reading");
        }
        finally
        {
            load.Stop();
            await Task.WhenAll(workers);
        }

        Stage.Expect(load.Errors.IsEmpty, $"{load.Errors.Count} reads failed; the first: {load.Errors.FirstOrDefault()}");
        stage.Screen.Result($"{load.Reads} reads, 0 failed; {load.Rerun} of them were lost on db3 and ran again elsewhere, unseen");

        await stage.Server("db3").StartAsync();
        await stage.UntilServesAsync("db3");
        var spread = await stage.SpreadAsync(300);
        Stage.ExpectSpread("After db3 is back", spread, ("db2", 200), ("db3", 100));
        stage.Screen.Result("db3 was started again and has its share of the reads back: 200 to db2, 100 to db3");
    }

    private sealed class Load(Stage stage)
    {
        private volatile bool _isStopping;
        private int _reads;
        private int _rerun;

        public int Reads => Volatile.Read(ref _reads);

        public int Rerun => Volatile.Read(ref _rerun);

        public ConcurrentQueue<Exception> Errors { get; } = new();

        public void Stop() => _isStopping = true;

        /// <summary>Reads synchronously: on one connection all the time, or on a new one for each read.</summary>
        public void Read(bool keepsConnection)
        {
            using var kept = keepsConnection ? stage.DataSource.OpenConnection() : null;
            while (!_isStopping)
            {
                try
                {
                    using var opened = kept is null ? stage.DataSource.OpenConnection() : null;
                    using var command = new RoutingCommand(Sql, kept ?? opened);
                    using (var reader = command.ExecuteReader())
                        Stage.Expect(reader.Read() && reader.GetInt64(0) > 0, "A read gave no row.");
                    Note(command);
                }
                catch (Exception error)
                {
                    Errors.Enqueue(error);
                    return;
                }
            }
        }

        /// <summary>The same, asynchronously.</summary>
        public async Task ReadAsync(bool keepsConnection)
        {
            await using var kept = keepsConnection ? await stage.DataSource.OpenConnectionAsync() : null;
            while (!_isStopping)
            {
                try
                {
                    await using var opened = kept is null ? await stage.DataSource.OpenConnectionAsync() : null;
                    await using var command = new RoutingCommand(Sql, kept ?? opened);
                    await using (var reader = await command.ExecuteReaderAsync())
                        Stage.Expect(await reader.ReadAsync() && reader.GetInt64(0) > 0, "A read gave no row.");
                    Note(command);
                }
                catch (Exception error)
                {
                    Errors.Enqueue(error);
                    return;
                }
            }
        }

        private void Note(RoutingCommand command)
        {
            if (stage.Count(command).WasRerun) Interlocked.Increment(ref _rerun);
            Interlocked.Increment(ref _reads);
        }
    }
}
