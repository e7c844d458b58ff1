using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>One way of executing a command or a batch. Structs, so that the one pipeline behind all of them allocates nothing.</summary>
internal interface IOperation<T>
{
    /// <summary>What the whole text was proven to be.</summary>
    public StatementClass Statement { get; }

    /// <summary>The text, for rules and for the memory of refusals; of a batch, that of its first command.</summary>
    public string Text { get; }

    /// <summary>Npgsql's own command, for the error of whoever runs another one at the same time; a batch has none.</summary>
    public NpgsqlCommand? Command { get; }

    /// <summary>Whether the result is complete when the operation returns, so that a write has ended.</summary>
    public bool IsComplete { get; }

    /// <summary>Whether it can run a second time: parameters that are streams are consumed by the first run.</summary>
    public bool CanRepeat { get; }

    /// <summary>Whether it was prepared, so that it may have to be prepared again where it runs.</summary>
    public bool IsPrepared { get; }

    /// <summary>Whether the connection closes with the reader.</summary>
    public bool ClosesConnection { get; }

    /// <summary>Attaches the command to an open inner connection.</summary>
    public ValueTask BindAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken);

    public T Run();

    public ValueTask<T> RunAsync(CancellationToken cancellationToken);

    /// <summary>Tells the command where it went last.</summary>
    public void Routed(in RouteDecision decision, bool succeeded);

    /// <summary>A replica refused the text.</summary>
    /// <returns>Whether this was not known before.</returns>
    public bool RememberRefusal(RoutingDataSource source);
}
