using ReplicaRouting.Model;

namespace ReplicaRouting.Tests.Model;

public sealed class SessionEffectsTests
{
    [Theory]
    [InlineData(SessionEffect.None, SessionEffect.None, SessionEffect.None)]
    [InlineData(SessionEffect.BeginsTransaction, SessionEffect.EndsTransaction, SessionEffect.EndsTransaction)]
    [InlineData(SessionEffect.EndsTransaction, SessionEffect.BeginsTransaction, SessionEffect.BeginsTransaction)]
    [InlineData(SessionEffect.LeavesState, SessionEffect.ClearsState, SessionEffect.ClearsState)]
    [InlineData(SessionEffect.ClearsState, SessionEffect.LeavesState, SessionEffect.LeavesState)]
    [InlineData(SessionEffect.BeginsTransaction, SessionEffect.LeavesState, SessionEffect.BeginsTransaction | SessionEffect.LeavesState)]
    [InlineData(SessionEffect.LeavesState | SessionEffect.BeginsTransaction, SessionEffect.None, SessionEffect.LeavesState | SessionEffect.BeginsTransaction)]
    public void Then_TwoTexts_LaterWordOnEachSubjectStands(SessionEffect first, SessionEffect second, SessionEffect expected) =>
        Assert.Equal(expected, first.Then(second));
}
