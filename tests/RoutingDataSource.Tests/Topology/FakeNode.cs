using System.Threading.Channels;
using Npgsql;
using ReplicaRouting.Topology;

namespace ReplicaRouting.Tests.Topology;

/// <summary>A server that answers a probe when the test says so. Its connections are objects that nobody opens.</summary>
internal sealed class FakeNode
{
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();
    private readonly Queue<Exception> _refusals = new();
    private int _count;
    private int _refused;

    public FakeNode(string name, NodeRole expected = NodeRole.Unknown) => Monitored = new(name, "host", 5432, 1, expected, ConnectAsync);

    public MonitoredNode Monitored { get; }

    /// <summary>How many connections were asked for.</summary>
    public int Connects { get; private set; }

    /// <summary>How often a probe has come to the point of being sent or refused.</summary>
    public int Attempts => Volatile.Read(ref _count) + Volatile.Read(ref _refused);

    /// <summary>How many probes were sent.</summary>
    public int Calls => Volatile.Read(ref _count);

    /// <summary>The next attempts to connect fail like this.</summary>
    public void Refuse(Exception error, int times = 1)
    {
        for (var i = 0; i < times; i++)
            _refusals.Enqueue(error);
    }

    /// <summary>Waits for the next probe. A real 30 s at most.</summary>
    public Task<Call> NextAsync() => _calls.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Whether a probe has come that <see cref="NextAsync"/> has not given yet.</summary>
    public bool HasCall => _calls.Reader.TryPeek(out _);

    public static NodeProbeResult Primary(ulong position = 1000, int? timeline = 1) =>
        new(NodeRole.Primary, new(position)) { Timeline = timeline, SystemIdentifier = "1" };

    public static NodeProbeResult Replica(ulong position = 1000, int? timeline = 1) =>
        new(NodeRole.Replica, new(position)) { Timeline = timeline, SystemIdentifier = "1" };

    /// <summary>A probe of all nodes, which tells them apart by their connections.</summary>
    public sealed class Probe(params FakeNode[] nodes) : INodeProbe
    {
        public async ValueTask<NodeProbeResult> ProbeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            var node = nodes.Single(node => node.Monitored.Name == connection.Database);
            var call = new Call(connection, cancellationToken);
            node._calls.Writer.TryWrite(call);
            Interlocked.Increment(ref node._count); // after it can be seen: who has counted it may move the clock
            return await call.Result;
        }
    }

    /// <summary>A probe that waits for its answer.</summary>
    public sealed class Call(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        private readonly TaskCompletionSource<NodeProbeResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public NpgsqlConnection Connection => connection;

        public CancellationToken CancellationToken => cancellationToken;

        public Task<NodeProbeResult> Result => _result.Task;

        public void Answer(NodeProbeResult result) => _result.TrySetResult(result);

        public void Fail(Exception error) => _result.TrySetException(error);
    }

    private ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        Connects++;
        if (!_refusals.TryDequeue(out var error))
            return ValueTask.FromResult(new NpgsqlConnection($"Host=nowhere.invalid;Username=nobody;Database={Monitored.Name}"));
        Interlocked.Increment(ref _refused);
        return ValueTask.FromException<NpgsqlConnection>(error);
    }
}
