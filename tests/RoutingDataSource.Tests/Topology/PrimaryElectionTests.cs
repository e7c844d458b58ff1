using ReplicaRouting.Topology;
using static ReplicaRouting.Tests.Topology.States;

namespace ReplicaRouting.Tests.Topology;

public sealed class PrimaryElectionTests
{
    [Fact]
    public void Next_OneWritableNode_IsThePrimary()
    {
        var election = PrimaryElection.None.Next([Create().Answers(NodeRole.Replica), Create().Answers(NodeRole.Primary, timeline: 3, system: "7")]);
        Assert.Equal((1, 1, 3, "7", 1), (election.Index, election.Epoch, election.Timeline!.Value, election.SystemIdentifier, election.LastIndex));
        Assert.Null(election.Problem);
    }

    [Fact]
    public void Next_NotAllAskedYet_WaitsUnlessTheNodeWasNamed()
    {
        Assert.Equal(-1, PrimaryElection.None.Next([Create().Answers(NodeRole.Primary), Create()]).Index);
        Assert.Equal(0, PrimaryElection.None.Next([Create(expected: NodeRole.Primary).Answers(NodeRole.Primary), Create()]).Index);
        Assert.Equal(-1, PrimaryElection.None.Next([Create().Answers(NodeRole.Primary), Create(expected: NodeRole.Primary)]).Index);
    }

    [Fact]
    public void Next_NotAllAskedYetButThePrimaryWasKnown_TakesTheNextOne()
    {
        var (old, promoted, silent) = (Create(expected: NodeRole.Primary).Answers(NodeRole.Primary, timeline: 1), Create().Answers(NodeRole.Replica), Create());
        var first = PrimaryElection.None.Next([old, promoted, silent]);
        Assert.Equal(0, first.Index);
        old.Misses(Refused());
        promoted.Answers(NodeRole.Primary, timeline: 2);
        Assert.Equal(1, first.Next([old, promoted, silent]).Index);
    }

    [Fact]
    public void Next_PrimaryDoesNotTellItsTimelineAnyMore_KeepsTheOneItHad()
    {
        var state = Create().Answers(NodeRole.Primary, timeline: 2);
        var first = PrimaryElection.None.Next([state]);
        Assert.Equal(first, first.Next([state.Answers(NodeRole.Primary, timeline: null)]));
    }

    [Fact]
    public void Next_OneOfTwoTiedMissesAProbe_TheOtherIsThePrimary()
    {
        var (first, second) = (Create().Answers(NodeRole.Primary), Create().Answers(NodeRole.Primary));
        var tied = PrimaryElection.None.Next([first, second]);
        Assert.Equal(-1, tied.Index);
        second.Misses(); // a single miss is forgiven to the primary only
        Assert.Equal(0, tied.Next([first, second]).Index);
    }

    [Fact]
    public void Next_SameAnswers_IsTheSameConclusion()
    {
        var states = new[] { Create().Answers(NodeRole.Primary, timeline: 1), Create().Answers(NodeRole.Replica) };
        var first = PrimaryElection.None.Next(states);
        Assert.Equal(first, first.Next(states));
    }

    [Fact]
    public void Next_NobodyWritable_IsNoneWithoutAProblem()
    {
        var election = PrimaryElection.None.Next([Create().Answers(NodeRole.Replica), Create().Misses()]);
        Assert.Equal((-1, null), (election.Index, election.Problem));
    }

    [Fact]
    public void Next_TwoWritable_HigherTimelineWins()
    {
        var states = new[] { Create().Answers(NodeRole.Primary, timeline: 1), Create().Answers(NodeRole.Primary, timeline: 2) };
        Assert.Equal(1, PrimaryElection.None.Next(states).Index);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(null, 2)]
    [InlineData(null, null)]
    public void Next_TwoWritableThatCannotBeTold_IsNoneAndSaysWhich(int? first, int? second)
    {
        var election = PrimaryElection.None.Next(
            [Create("a").Answers(NodeRole.Primary, timeline: first), Create("b").Answers(NodeRole.Primary, timeline: second)]);
        Assert.Equal(-1, election.Index);
        Assert.Contains("a and b both accept writes", election.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Next_ThreeWritableTwoTiedBelow_HighestStillWins()
    {
        var election = PrimaryElection.None.Next(
        [
            Create().Answers(NodeRole.Primary, timeline: 2), Create().Answers(NodeRole.Primary, timeline: 2),
            Create().Answers(NodeRole.Primary, timeline: 3),
        ]);
        Assert.Equal((2, null), (election.Index, election.Problem));
    }

    [Fact]
    public void Next_PrimaryMissesOnce_IsKeptAndMissesTwice_IsGivenUp()
    {
        var primary = Create().Answers(NodeRole.Primary, timeline: 1);
        var states = new[] { primary, Create().Answers(NodeRole.Replica) };
        var election = PrimaryElection.None.Next(states);

        primary.Misses();
        election = election.Next(states);
        Assert.Equal(0, election.Index);

        primary.Misses();
        election = election.Next(states);
        Assert.Equal((-1, 0, 1), (election.Index, election.LastIndex, election.Epoch));
    }

    [Fact]
    public void Next_NobodyListensAtThePrimary_IsGivenUpAtOnce()
    {
        var primary = Create().Answers(NodeRole.Primary, timeline: 1);
        var states = new[] { primary, Create().Answers(NodeRole.Replica) };
        var election = PrimaryElection.None.Next(states);
        primary.Misses(Refused());
        Assert.Equal(-1, election.Next(states).Index);
    }

    [Fact]
    public void Next_PrimaryComesBack_IsTheSameEpoch()
    {
        var primary = Create().Answers(NodeRole.Primary, timeline: 1);
        var states = new[] { primary, Create().Answers(NodeRole.Replica) };
        var election = PrimaryElection.None.Next(states);
        primary.Misses(Refused());
        election = election.Next(states);
        primary.Answers(NodeRole.Primary, timeline: 1);
        election = election.Next(states);
        Assert.Equal((0, 1), (election.Index, election.Epoch));
    }

    [Fact]
    public void Next_ReplicaPromoted_IsANewEpoch()
    {
        var old = Create().Answers(NodeRole.Primary, timeline: 1);
        var promoted = Create().Answers(NodeRole.Replica);
        var election = PrimaryElection.None.Next([old, promoted]);
        old.Misses(Refused());
        promoted.Answers(NodeRole.Primary, timeline: 2);
        election = election.Next([old, promoted]);
        Assert.Equal((1, 2, 2), (election.Index, election.Epoch, election.Timeline!.Value));
    }

    [Fact]
    public void Next_OldPrimaryReturnsWritableAlone_IsNotTakenBack()
    {
        var old = Create().Answers(NodeRole.Primary, timeline: 1);
        var promoted = Create().Answers(NodeRole.Primary, timeline: 2);
        var election = PrimaryElection.None.Next([old, promoted]);
        Assert.Equal(1, election.Index);
        promoted.Misses(Refused());
        Assert.Equal(-1, election.Next([old, promoted]).Index); // its writes would be lost
    }

    [Fact]
    public void Next_SameNodeOnAHigherTimeline_IsANewEpoch()
    {
        var node = Create().Answers(NodeRole.Primary, timeline: 1);
        var election = PrimaryElection.None.Next([node]);
        node.Answers(NodeRole.Primary, timeline: 2);
        Assert.Equal(2, election.Next([node]).Epoch);
    }

    [Fact]
    public void Next_WritableNodeOfAnotherCluster_IsNotConsidered()
    {
        var primary = Create().Answers(NodeRole.Primary, timeline: 1, system: "1");
        var election = PrimaryElection.None.Next([primary]);
        var stranger = Create().Answers(NodeRole.Primary, timeline: 9, system: "2");
        Assert.Equal((0, null), (election.Next([primary, stranger]).Index, election.Next([primary, stranger]).Problem));
    }

    [Fact]
    public void Next_NamedPrimaryDecidesTheCluster_OtherWritableNodeIsForeign()
    {
        var stranger = Create().Answers(NodeRole.Primary, timeline: 9, system: "2");
        var named = Create(expected: NodeRole.Primary).Answers(NodeRole.Primary, timeline: 1, system: "1");
        Assert.Equal(1, PrimaryElection.None.Next([stranger, named]).Index);
    }
}
