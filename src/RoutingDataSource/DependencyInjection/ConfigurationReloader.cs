using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using ReplicaRouting.Diagnostics;

namespace ReplicaRouting.DependencyInjection;

/// <summary>Takes changes of a configuration section over into the data source that was made from it.</summary>
internal sealed class ConfigurationReloader : IDisposable
{
    private readonly Lock _lock = new();
    private readonly IConfiguration _section;
    private readonly RoutingDataSource _dataSource;
    private readonly IDisposable _registration;
    private RoutingConfiguration _current;

    public ConfigurationReloader(IConfiguration section, RoutingConfiguration current, RoutingDataSource dataSource)
    {
        _section = section;
        _current = current;
        _dataSource = dataSource;
        _registration = ChangeToken.OnChange(section.GetReloadToken, Reload);
    }

    public void Dispose() => _registration.Dispose();

    private void Reload()
    {
        lock (_lock)
        {
            var next = RoutingConfiguration.Read(_section);
            List<string> problems = [.. next.ToBuilder().FindProblems()];
            if (problems.Count > 0)
            {
                Log.OptionsRejected(_dataSource.Logger, string.Join("; ", problems));
                return;
            }

            var changes = next.Compare(_current, _dataSource.Options, out var options, out var weights, out var restart);
            problems.AddRange(options.FindProblems()); // together with what code has set
            if (problems.Count > 0)
            {
                Log.OptionsRejected(_dataSource.Logger, string.Join("; ", problems));
                return;
            }

            _current = next;
            if (changes.Count > 0)
            {
                _dataSource.Apply(options, weights);
                Log.OptionsChanged(_dataSource.Logger, string.Join(", ", changes));
            }

            if (restart.Count > 0)
                Log.OptionsNeedRestart(_dataSource.Logger, string.Join(", ", restart));
        }
    }
}
