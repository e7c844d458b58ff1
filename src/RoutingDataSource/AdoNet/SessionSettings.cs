using Npgsql;
using ReplicaRouting.Classification;

namespace ReplicaRouting.AdoNet;

/// <summary>The settings of one connection, in the order in which they must be made again on another node.</summary>
internal sealed class SessionSettings
{
    // Whoever makes more settings than this does not live by a few per request; the connection is pinned then.
    private const int MostSettings = 64;

    private readonly List<SessionSetting> _settings = [];

    /// <summary>Which state of the settings this is; more than 0.</summary>
    public int Version { get; private set; }

    /// <summary>The error with which a node refused the settings.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Takes settings over that have been made on one node.</summary>
    /// <returns>Whether there are not too many now.</returns>
    public bool Add(List<SessionSetting> made)
    {
        foreach (var setting in made)
            SessionSetting.Put(_settings, setting);
        Version++;
        return _settings.Count <= MostSettings;
    }

    /// <summary>Makes the settings on another node: one message, however many they are.</summary>
    public async ValueTask ReplayAsync(NpgsqlConnection inner, bool async, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(inner);
        foreach (var setting in _settings)
            batch.BatchCommands.Add(new(setting.Sql));
        try
        {
            if (async)
                await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            else
                batch.ExecuteNonQuery();
        }
        catch (Exception error)
        {
            Failure = error;
            throw;
        }
    }
}
