using System.Diagnostics.Metrics;
using ReplicaRouting.AspNetCore.Sessions;

namespace ReplicaRouting.AspNetCore.Diagnostics;

/// <summary>The instruments of this package.</summary>
internal sealed class SessionMetrics
{
    internal const string MeterName = "RoutingDataSource.AspNetCore";

    private static readonly string[] Results = Enum.GetNames<TokenResult>();
    private static readonly string[] Issues = Enum.GetNames<TokenIssue>();

    private readonly Counter<long> _received;
    private readonly Counter<long> _issued;

    public SessionMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _received = meter.CreateCounter<long>("routing_data_source.tokens.received", "{token}", "Tokens that clients sent, by what became of them");
        _issued = meter.CreateCounter<long>("routing_data_source.tokens.issued", "{token}", "Requests that wrote, by what became of their token");
    }

    public void Received(TokenResult result) => _received.Add(1, new KeyValuePair<string, object?>("routing_data_source.token.result", Results[(int)result]));

    public void Issued(TokenIssue issue) => _issued.Add(1, new KeyValuePair<string, object?>("routing_data_source.token.issue", Issues[(int)issue]));
}
