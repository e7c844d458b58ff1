using ReplicaRouting.Classification;

namespace ReplicaRouting;

/// <summary>How a <see cref="RoutingDataSource"/> routes. Read once, when the data source is built.</summary>
public sealed class RoutingOptions
{
    // Far beyond any use, and within what timers and clocks can count.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Gets or sets whether reads go to replicas at all.</summary>
    /// <value>Default <see cref="RoutingMode.Route"/>.</value>
    public RoutingMode Mode { get; set; } = RoutingMode.Route;

    /// <summary>Gets or sets how many texts a minute replicas are asked to EXPLAIN in the background with <see cref="RoutingMode.Shadow"/>, to find
    /// those that they would refuse. Each text once, one at a time, none of them is run.</summary>
    /// <value>Default 60; from 0, for none, to 6000.</value>
    public int ShadowChecksPerMinute { get; set; } = 60;

    /// <summary>Gets or sets how one of the eligible replicas is chosen.</summary>
    /// <value>Default <see cref="ReplicaSelection.WeightedRoundRobin"/>.</value>
    public ReplicaSelection ReplicaSelection { get; set; } = ReplicaSelection.WeightedRoundRobin;

    /// <summary>Gets or sets when the reads of one connection may move to another replica.</summary>
    /// <value>Default <see cref="SwitchReplica.PerConnection"/>.</value>
    public SwitchReplica SwitchReplica { get; set; } = SwitchReplica.PerConnection;

    /// <summary>Gets or sets how old the data of a replica may be. A replica beyond it serves no reads until it has caught up.</summary>
    /// <value>Default 5 s; more than zero; <see langword="null"/> for no bound.</value>
    public TimeSpan? MaxReplicaLag { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how much WAL, in bytes, a replica may have left to replay.</summary>
    /// <value>Default <see langword="null"/>: no bound; at least 0.</value>
    public long? MaxReplicaLagBytes { get; set; }

    /// <summary>Gets or sets whose own writes a read is sure to see.</summary>
    /// <value>Default <see cref="ReadYourWrites.Session"/>.</value>
    public ReadYourWrites ReadYourWrites { get; set; } = ReadYourWrites.Session;

    /// <summary>Gets or sets how long after its last write a session's reads are kept from replicas that have not replayed it.</summary>
    /// <value>Default 15 s; more than zero, at most a day. Keep it above <see cref="MaxReplicaLag"/>: a replica that lags longer than that serves nobody.</value>
    public TimeSpan MaxPin { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets or sets how long a read may wait on a replica for the session's own writes before it goes to the primary.</summary>
    /// <value>Default zero: it does not wait; from zero to a day. PostgreSQL 19 and later wait with <c>WAIT FOR LSN</c>; older servers are asked for
    /// their replay position every millisecond.</value>
    public TimeSpan ReplicaWait { get; set; } = TimeSpan.Zero;

    /// <summary>Gets or sets whether a read goes to the primary when no replica can serve it.</summary>
    /// <value>Default <see langword="true"/>; <see langword="false"/> makes such a read fail with a transient error.</value>
    public bool FallBackToPrimary { get; set; } = true;

    /// <summary>Gets or sets how many reads may run on the primary at once because no replica can serve them.</summary>
    /// <value>Default <see langword="null"/>: no limit; at least 0. Beyond it, <see cref="BeyondFallbackLimit"/> decides.</value>
    public int? PrimaryFallbackLimit { get; set; }

    /// <summary>Gets or sets what becomes of a read beyond <see cref="PrimaryFallbackLimit"/>.</summary>
    /// <value>Default <see cref="BeyondFallbackLimit.LeastStaleReplica"/>.</value>
    public BeyondFallbackLimit BeyondFallbackLimit { get; set; } = BeyondFallbackLimit.LeastStaleReplica;

    /// <summary>Gets or sets the time between two probes of a node.</summary>
    /// <value>Default 1 s; from 10 ms to a day. 10 % of jitter is added.</value>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the time one probe may take before its node counts as unreachable.</summary>
    /// <value>Default 1 s; more than zero, at most <see cref="ProbeInterval"/>.</value>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets how long a command that needs the primary waits for one while there is none.</summary>
    /// <value>Default zero: it fails at once with a transient error; at most a day. Only commands of which nothing was sent yet wait.</value>
    public TimeSpan FailoverTimeout { get; set; } = TimeSpan.Zero;

    /// <summary>Gets or sets what becomes of a connection after <c>SET</c>, <c>set_config</c> and other statements about the session.</summary>
    /// <value>Default <see cref="SessionStatements.PinToPrimary"/>. <see cref="SessionStatements.Replay"/> cannot be combined with
    /// <c>No Reset On Close</c>: the settings would reach the pool's next user.</value>
    public SessionStatements SessionStatements { get; set; } = SessionStatements.PinToPrimary;

    /// <summary>Gets or sets whether <c>BEGIN READ ONLY</c>, as a text of its own, begins its transaction on a replica.</summary>
    /// <value>Default <see langword="false"/>: on the primary, as every other transaction by text. A serializable transaction always is. A
    /// replica does not keep advisory locks or sequences of the primary: set it only when such transactions do nothing but read.</value>
    public bool RouteReadOnlyTransactions { get; set; }

    /// <summary>Gets the volatile functions that are harmless on a replica all the same: <c>name</c>, <c>schema.name</c> or <c>schema.*</c>.</summary>
    public IList<string> ReadOnlyFunctions { get; } = [];

    /// <summary>Gets the functions that must run on the primary whatever their volatility: <c>name</c>, <c>schema.name</c> or <c>schema.*</c>.</summary>
    public IList<string> WriteFunctions { get; } = [];

    /// <summary>Gets the tables whose reads stay on the primary: <c>name</c>, <c>schema.name</c> or <c>schema.*</c>.</summary>
    public IList<string> PrimaryTables { get; } = [];

    /// <summary>Gets or sets the servers' setting of that name, which decides how a backslash in a plain string literal is read.</summary>
    /// <value>Default <see langword="true"/>, as PostgreSQL's.</value>
    public bool StandardConformingStrings { get; set; } = true;

    /// <summary>Gets or sets what asks a server for its role and position.</summary>
    /// <value>Default: PostgreSQL's own functions.</value>
    public INodeProbe? Probe { get; set; }

    /// <summary>Gets or sets the clock.</summary>
    /// <value>Default <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>A copy that shares the lists of names, which do not change in use.</summary>
    internal RoutingOptions Copy() => (RoutingOptions)MemberwiseClone();

    internal IEnumerable<string> FindProblems()
    {
        if (!Enum.IsDefined(Mode))
            yield return $"{nameof(Mode)} is {Mode}: it must be one of {string.Join(", ", Enum.GetNames<RoutingMode>())}";
        if (ShadowChecksPerMinute is < 0 or > 6000)
            yield return $"{nameof(ShadowChecksPerMinute)} is {ShadowChecksPerMinute}: it must be 0 to 6000";
        if (!Enum.IsDefined(ReplicaSelection))
            yield return $"{nameof(ReplicaSelection)} is {ReplicaSelection}: it must be one of {string.Join(", ", Enum.GetNames<ReplicaSelection>())}";
        if (!Enum.IsDefined(SwitchReplica))
            yield return $"{nameof(SwitchReplica)} is {SwitchReplica}: it must be one of {string.Join(", ", Enum.GetNames<SwitchReplica>())}";
        if (!Enum.IsDefined(ReadYourWrites))
            yield return $"{nameof(ReadYourWrites)} is {ReadYourWrites}: it must be one of {string.Join(", ", Enum.GetNames<ReadYourWrites>())}";
        if (!Enum.IsDefined(BeyondFallbackLimit))
            yield return $"{nameof(BeyondFallbackLimit)} is {BeyondFallbackLimit}: it must be one of {string.Join(", ", Enum.GetNames<BeyondFallbackLimit>())}";
        if (!Enum.IsDefined(SessionStatements))
            yield return $"{nameof(SessionStatements)} is {SessionStatements}: it must be one of {string.Join(", ", Enum.GetNames<SessionStatements>())}";
        if (PrimaryFallbackLimit < 0)
            yield return $"{nameof(PrimaryFallbackLimit)} is {PrimaryFallbackLimit}: it must be at least 0, or null for no limit";
        if (MaxReplicaLag <= TimeSpan.Zero)
            yield return $"{nameof(MaxReplicaLag)} is {MaxReplicaLag}: it must be more than zero, or null for no bound";
        if (MaxReplicaLagBytes < 0)
            yield return $"{nameof(MaxReplicaLagBytes)} is {MaxReplicaLagBytes}: it must be at least 0, or null for no bound";
        if (MaxPin <= TimeSpan.Zero || MaxPin > Longest)
            yield return $"{nameof(MaxPin)} is {MaxPin}: it must be more than zero and at most a day";
        if (ReplicaWait < TimeSpan.Zero || ReplicaWait > Longest)
            yield return $"{nameof(ReplicaWait)} is {ReplicaWait}: it must be at least zero and at most a day";
        if (ProbeInterval < TimeSpan.FromMilliseconds(10) || ProbeInterval > Longest)
            yield return $"{nameof(ProbeInterval)} is {ProbeInterval}: it must be at least 10 ms and at most a day";
        if (ProbeTimeout <= TimeSpan.Zero || ProbeTimeout > ProbeInterval)
            yield return $"{nameof(ProbeTimeout)} is {ProbeTimeout}: it must be more than zero and at most {nameof(ProbeInterval)} ({ProbeInterval})";
        if (FailoverTimeout < TimeSpan.Zero || FailoverTimeout > Longest)
            yield return $"{nameof(FailoverTimeout)} is {FailoverTimeout}: it must be at least zero and at most a day";
        foreach (var (option, names) in new[] { (nameof(ReadOnlyFunctions), ReadOnlyFunctions), (nameof(WriteFunctions), WriteFunctions), (nameof(PrimaryTables), PrimaryTables) })
        {
            foreach (var name in names.Where(name => !QualifiedName.IsWellFormed(name)))
                yield return $"{option} has '{name}': it must be name, schema.name or schema.*, without arguments";
        }

        if (TimeProvider is null)
            yield return $"{nameof(TimeProvider)} is null: use TimeProvider.System";
    }
}
