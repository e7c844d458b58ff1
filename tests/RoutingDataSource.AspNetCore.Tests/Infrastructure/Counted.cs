using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace ReplicaRouting.AspNetCore.Tests.Infrastructure;

/// <summary>What the instruments of one application have counted.</summary>
internal sealed class Counted : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, string Tag)> _all = [];

    public Counted(IServiceProvider services)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "RoutingDataSource.AspNetCore" && ReferenceEquals(instrument.Meter.Scope, factory))
                self.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _all.Enqueue((instrument.Name, tags[0].Value!.ToString()!)));
        _listener.Start();
    }

    public IEnumerable<string> Received => _all.Where(each => each.Instrument == "routing_data_source.tokens.received").Select(each => each.Tag);

    public IEnumerable<string> Issued => _all.Where(each => each.Instrument == "routing_data_source.tokens.issued").Select(each => each.Tag);

    public void Dispose() => _listener.Dispose();
}
