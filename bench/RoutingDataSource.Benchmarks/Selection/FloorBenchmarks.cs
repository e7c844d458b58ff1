using BenchmarkDotNet.Attributes;
using ReplicaRouting.Consistency;
using ReplicaRouting.Selection;
using ReplicaRouting.Topology;

namespace ReplicaRouting.Benchmarks.Selection;

/// <summary>What a session's floor costs per decision, over 8 nodes and over 32. No server.</summary>
public class FloorBenchmarks
{
    private readonly PrimaryHistory _history = new();
    private readonly ConsistencyState _session = new(long.MaxValue / 4);
    private ReadTable _level = null!;
    private ReadTable _oneAhead = null!;
    private uint _ticket;

    [Params(8, 32)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _history.Reset(1);
        _session.NoteWrite(10);
        _history.Add(20, new(1000));
        _level = Table(_ => 1000);
        _oneAhead = Table(index => index == Nodes - 1 ? 1000UL : 900UL);
        if (WithFloorLevel() < 1 || WithFloorOneAhead() != Nodes - 1)
            throw new InvalidOperationException("The decisions to be measured are not the expected ones.");
    }

    [Benchmark(Baseline = true, Description = "no floor")]
    public int WithoutFloor() => _level.Choose(_ticket++, default);

    [Benchmark(Description = "floor that every replica has passed")]
    public int WithFloorLevel() => Choose(_level);

    [Benchmark(Description = "floor that one replica has passed")]
    public int WithFloorOneAhead() => Choose(_oneAhead);

    private int Choose(ReadTable table) =>
        _session.GetFloor(_history, epoch: 1, now: 30, out var floor) == FloorStatus.Known ? table.Choose(_ticket++, floor) : -1;

    private ReadTable Table(Func<int, ulong> replayed)
    {
        var nodes = Enumerable.Range(0, Nodes).Select(index => new NodeSnapshot
        {
            Name = $"node{index}",
            Host = "host",
            Port = 5432,
            Index = index,
            Role = index == 0 ? NodeRole.Primary : NodeRole.Replica,
            IsReachable = true,
            FollowsPrimary = true,
            Position = new(index == 0 ? 1000 : replayed(index)),
            Lag = index == 0 ? null : new(0, TimeSpan.Zero),
        });
        return ReadTable.Create(new(1, [.. nodes], 0, 1, 1, null), new(null, null), null);
    }
}
