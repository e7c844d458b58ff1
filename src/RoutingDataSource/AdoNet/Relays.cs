using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>Who is told what inner connections tell. Few connections have any such handler, so it is kept apart.</summary>
internal sealed class Relays
{
    public NoticeEventHandler? Notice { get; set; }

    public NotificationEventHandler? Notification { get; set; }

    /// <summary>The inner connection to the primary that has been told to pass its messages on.</summary>
    public NpgsqlConnection? Primary { get; set; }

    /// <summary>The inner connection to a replica that has been told to pass its messages on.</summary>
    public NpgsqlConnection? Replica { get; set; }

    /// <summary>The inner connection to the primary that has been told to say when it breaks.</summary>
    public NpgsqlConnection? Watched { get; set; }
}
