namespace ReplicaRouting;

// What is left to tell a connection when schema work was done beside it.
public partial class RoutingConnection
{
    /// <summary>Goes on where another connection object stopped: this one's reads must show what that one wrote and saw.</summary>
    /// <param name="previous">The connection that this one replaces.</param>
    /// <param name="hasWritten">Whether something was written meanwhile that no connection of ours has seen.</param>
    internal void TakeOver(RoutingConnection previous, bool hasWritten)
    {
        _own ??= previous._own;
        if (hasWritten)
            SeenForNotes?.NoteWrite(Source.Time.GetTimestamp());
    }
}
