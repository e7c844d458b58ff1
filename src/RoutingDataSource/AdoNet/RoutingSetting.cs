using System.Globalization;

namespace ReplicaRouting.AdoNet;

/// <summary>One option as text, as it stands in a connection string or in a configuration section.</summary>
/// <param name="Name">The option's name, which is also its key in a configuration section.</param>
/// <param name="Keyword">Its keyword in a connection string. Blanks and case do not matter in either.</param>
/// <param name="Set">Sets the option; <see langword="false"/> when the text means nothing.</param>
/// <param name="Expected">What the text must be.</param>
/// <param name="CopyWhileRunning">Takes the option over into a data source that is in use; <see langword="null"/> when that needs a new one.</param>
internal sealed record RoutingSetting(
    string Name, string Keyword, Func<RoutingOptions, string, bool> Set, string Expected, Action<RoutingOptions, RoutingOptions>? CopyWhileRunning = null)
{
    private const string TimeText = "a time such as 5s, 500ms, 2min or 00:00:05";

    /// <summary>Every option that can be written as text.</summary>
    public static IReadOnlyList<RoutingSetting> All { get; } =
    [
        new(nameof(RoutingOptions.Mode), "Mode", (o, text) => Named<RoutingMode>(text, value => o.Mode = value), OneOf<RoutingMode>(),
            (from, to) => to.Mode = from.Mode),
        new(nameof(RoutingOptions.ShadowChecksPerMinute), "Shadow Checks Per Minute",
            (o, text) => Number(text) is { } value && Do(() => o.ShadowChecksPerMinute = value), "a whole number",
            (from, to) => to.ShadowChecksPerMinute = from.ShadowChecksPerMinute),
        new(nameof(RoutingOptions.ReplicaSelection), "Replica Selection",
            (o, text) => Named<ReplicaSelection>(text, value => o.ReplicaSelection = value), OneOf<ReplicaSelection>(),
            (from, to) => to.ReplicaSelection = from.ReplicaSelection),
        new(nameof(RoutingOptions.SwitchReplica), "Switch Replica",
            (o, text) => Named<SwitchReplica>(text, value => o.SwitchReplica = value), OneOf<SwitchReplica>(),
            (from, to) => to.SwitchReplica = from.SwitchReplica),
        new(nameof(RoutingOptions.MaxReplicaLag), "Max Replica Lag", (o, text) => OrNone(text, Time, value => o.MaxReplicaLag = value),
            $"{TimeText}, or none", (from, to) => to.MaxReplicaLag = from.MaxReplicaLag),
        new(nameof(RoutingOptions.MaxReplicaLagBytes), "Max Replica Lag Bytes",
            (o, text) => OrNone(text, Bytes, value => o.MaxReplicaLagBytes = value), "a number of bytes such as 1048576, 512kB or 16MB, or none",
            (from, to) => to.MaxReplicaLagBytes = from.MaxReplicaLagBytes),
        new(nameof(RoutingOptions.ReadYourWrites), "Read Your Writes",
            (o, text) => Named<ReadYourWrites>(text, value => o.ReadYourWrites = value), OneOf<ReadYourWrites>()),
        new(nameof(RoutingOptions.MaxPin), "Max Pin", (o, text) => Time(text) is { } value && Do(() => o.MaxPin = value), TimeText),
        new(nameof(RoutingOptions.ReplicaWait), "Replica Wait",
            (o, text) => Time(text) is { } value && Do(() => o.ReplicaWait = value), TimeText),
        new(nameof(RoutingOptions.FallBackToPrimary), "Fall Back To Primary",
            (o, text) => bool.TryParse(text, out var value) && Do(() => o.FallBackToPrimary = value), "true or false",
            (from, to) => to.FallBackToPrimary = from.FallBackToPrimary),
        new(nameof(RoutingOptions.PrimaryFallbackLimit), "Primary Fallback Limit",
            (o, text) => OrNone<int>(text, Number, value => o.PrimaryFallbackLimit = value), "a whole number, or none",
            (from, to) => to.PrimaryFallbackLimit = from.PrimaryFallbackLimit),
        new(nameof(RoutingOptions.BeyondFallbackLimit), "Beyond Fallback Limit",
            (o, text) => Named<BeyondFallbackLimit>(text, value => o.BeyondFallbackLimit = value), OneOf<BeyondFallbackLimit>(),
            (from, to) => to.BeyondFallbackLimit = from.BeyondFallbackLimit),
        new(nameof(RoutingOptions.ProbeInterval), "Probe Interval", (o, text) => Time(text) is { } value && Do(() => o.ProbeInterval = value), TimeText),
        new(nameof(RoutingOptions.ProbeTimeout), "Probe Timeout", (o, text) => Time(text) is { } value && Do(() => o.ProbeTimeout = value), TimeText),
        new(nameof(RoutingOptions.FailoverTimeout), "Failover Timeout",
            (o, text) => Time(text) is { } value && Do(() => o.FailoverTimeout = value), TimeText,
            (from, to) => to.FailoverTimeout = from.FailoverTimeout),
        new(nameof(RoutingOptions.SessionStatements), "Session Statements",
            (o, text) => Named<SessionStatements>(text, value => o.SessionStatements = value), OneOf<SessionStatements>()),
        new(nameof(RoutingOptions.RouteReadOnlyTransactions), "Route Read Only Transactions",
            (o, text) => bool.TryParse(text, out var value) && Do(() => o.RouteReadOnlyTransactions = value), "true or false"),
        new(nameof(RoutingOptions.ReadOnlyFunctions), "Read Only Functions", (o, text) => AddTo(o.ReadOnlyFunctions, text), "names separated by commas"),
        new(nameof(RoutingOptions.WriteFunctions), "Write Functions", (o, text) => AddTo(o.WriteFunctions, text), "names separated by commas"),
        new(nameof(RoutingOptions.PrimaryTables), "Primary Tables", (o, text) => AddTo(o.PrimaryTables, text), "names separated by commas"),
        new(nameof(RoutingOptions.StandardConformingStrings), "Standard Conforming Strings",
            (o, text) => bool.TryParse(text, out var value) && Do(() => o.StandardConformingStrings = value), "true or false"),
    ];

    /// <summary>Finds an option by its name or keyword.</summary>
    public static RoutingSetting? Find(string name)
    {
        var key = Fold(name);
        return All.FirstOrDefault(setting => Fold(setting.Name) == key);
    }

    /// <summary>Two keywords are the same when these are equal.</summary>
    public static string Fold(string keyword) => keyword.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Says what is wrong with a text; <see langword="null"/> when it was set.</summary>
    public string? TrySet(RoutingOptions options, string text) => Set(options, text.Trim()) ? null : $"is '{text}': it must be {Expected}";

    private static string OneOf<T>()
        where T : struct, Enum =>
        $"one of {string.Join(", ", Enum.GetNames<T>())}";

    private static bool Named<T>(string text, Action<T> set)
        where T : struct, Enum
    {
        // Enum.TryParse would take numbers and lists as well
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), text.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
                return Do(() => set(value));
        }

        return false;
    }

    private static bool OrNone<T>(string text, Func<string, T?> parse, Action<T?> set)
        where T : struct
    {
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase))
            return Do(() => set(null));
        return parse(text) is { } value && Do(() => set(value));
    }

    private static TimeSpan? Time(string text)
    {
        // TimeSpan reads a bare 5 as five days; here it means nothing, so that nobody is surprised.
        if (text.Contains(':', StringComparison.Ordinal))
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : null;
        (string Suffix, double Milliseconds)[] units = [("ms", 1), ("min", 60_000), ("s", 1_000), ("h", 3_600_000)];
        foreach (var (suffix, milliseconds) in units)
        {
            if (!text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                continue;
            return double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) &&
                Math.Abs(number * milliseconds) < TimeSpan.MaxValue.TotalMilliseconds
                    ? TimeSpan.FromMilliseconds(number * milliseconds)
                    : null;
        }

        return null;
    }

    private static long? Bytes(string text)
    {
        (string Suffix, int Shift)[] units = [("kB", 10), ("MB", 20), ("GB", 30), ("", 0)];
        var (suffix, shift) = units.First(unit => text.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase));
        return long.TryParse(text.AsSpan(0, text.Length - suffix.Length), CultureInfo.InvariantCulture, out var number) &&
            Math.Abs(number) <= long.MaxValue >> shift
                ? number << shift
                : null;
    }

    private static int? Number(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool AddTo(IList<string> list, string text)
    {
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            list.Add(name);
        return true;
    }

    private static bool Do(Action action)
    {
        action();
        return true;
    }
}
