using System.Globalization;
using Npgsql;
using ReplicaRouting.Tool.Status;

namespace ReplicaRouting.Tool.Check;

/// <summary>What the facts mean. Pure.</summary>
internal static class Diagnosis
{
    // Settings by which two servers would answer the same query differently.
    private static readonly string[] _answers =
    [
        "standard_conforming_strings", "TimeZone", "DateStyle", "IntervalStyle", "bytea_output", "search_path", "default_text_search_config",
        "default_transaction_isolation", "row_security", "statement_timeout", "lc_numeric", "lc_monetary",
    ];

    private static readonly TimeSpan _clockTolerance = TimeSpan.FromSeconds(1);

    internal static List<Finding> Find(IReadOnlyList<ServerFacts> servers)
    {
        var findings = new List<Finding>();
        var reached = servers.Where(server => server.Status.Failure is null).ToList();
        var status = new ClusterStatus([.. servers.Select(server => server.Status)], TimeSpan.MaxValue);
        foreach (var server in servers)
            findings.Add(Reach(server));
        findings.AddRange(Cluster(status, reached));
        var reference = reached.Find(server => server.Status == status.Primary) ?? reached[0];
        foreach (var server in reached)
        {
            findings.AddRange(Role(server));
            findings.AddRange(Pooler(server));
            findings.AddRange(Own(server));
            if (server != reference)
                findings.AddRange(Compare(server, reference));
        }

        return findings;
    }

    private static Finding Reach(ServerFacts server) => server.Status.Failure is { } failure
        ? new(FindingLevel.Problem, server.Server.Name, $"does not answer: {failure}",
            server.Status.Error is PostgresException ? null : "until it does, its reads go elsewhere; see that the server runs and that a firewall lets this machine through")
        : new(FindingLevel.Fine, server.Server.Name, string.Create(CultureInfo.InvariantCulture,
            $"reached and logged in as {server.User} in {server.ConnectTime.TotalMilliseconds:0} ms; PostgreSQL {server.Status.Version}, {server.Status.Role}"));

    private static IEnumerable<Finding> Cluster(ClusterStatus status, List<ServerFacts> reached)
    {
        var unreachable = status.Servers.Where(server => server.Failure is not null).Select(server => $"{server.Name} does not answer").ToList();
        var any = false;
        foreach (var problem in status.Problems.Where(problem => !unreachable.Exists(known => problem.StartsWith(known, StringComparison.Ordinal))))
        {
            any = true;
            var parts = problem.Split(": ", 2);
            yield return new(FindingLevel.Problem, null, parts[0], parts.ElementAtOrDefault(1));
        }

        if (!any)
            yield return new(FindingLevel.Fine, null, $"one cluster (system identifier {reached[0].Status.SystemIdentifier}) with one primary, {status.Primary!.Name}");
        if (status.Servers.Count == 1)
            yield return new(FindingLevel.Note, null, "there is one server, so nothing is routed", "list the replicas too: Host=db1,db2,db3");
    }

    private static IEnumerable<Finding> Role(ServerFacts server)
    {
        if (server.IsSuperuser)
            yield return new(FindingLevel.Note, server.Server.Name, $"{server.User} is a superuser", "an application needs a role of its own with less");
        else if (!server.IsMonitor)
            yield return new(FindingLevel.Note, server.Server.Name, $"{server.User} is not a member of pg_monitor: routing works, but sees a replica's timeline only after its restart points", $"GRANT pg_monitor TO {server.User} shows it at once, which makes failover a little faster");
        if (server.Settings.GetValueOrDefault("default_transaction_read_only") == "on" && !server.Status.IsInRecovery)
            yield return new(FindingLevel.Problem, server.Server.Name, "default_transaction_read_only is on: writes are refused with 25006", $"ALTER ROLE {server.User} RESET default_transaction_read_only, or ALTER DATABASE …");
        if (server.Settings.GetValueOrDefault("standard_conforming_strings") == "off")
            yield return new(FindingLevel.Warning, server.Server.Name, "standard_conforming_strings is off", "set RoutingOptions.StandardConformingStrings = false, so that texts are read as the server reads them");
    }

    private static IEnumerable<Finding> Pooler(ServerFacts server)
    {
        if (!server.IsBehindPooler)
            yield break;
        yield return server.SharesServerConnections
            ? new(FindingLevel.Warning, server.Server.Name,
                "a pooler in transaction mode is in front (PgBouncer or its like): one server connection served two clients",
                "set No Reset On Close=true; SET, LISTEN, advisory locks and temporary tables do not outlive a transaction; prepared statements need PgBouncer 1.21 with max_prepared_statements")
            : new(FindingLevel.Note, server.Server.Name, "a pooler is in front; no two clients were seen to share a server connection (session mode)",
                "see that it fronts this one server only, or probes cannot be trusted");
    }

    private static IEnumerable<Finding> Own(ServerFacts server)
    {
        var (ahead, uncertainty) = server.Clock;
        if (ahead.Duration() - uncertainty > _clockTolerance)
            yield return new(FindingLevel.Warning, server.Server.Name, string.Create(CultureInfo.InvariantCulture,
                $"its clock is {ahead.Duration().TotalSeconds:0.0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} this machine's"),
                "routing compares positions and does not mind; now() in queries does: synchronise the clocks (chrony, NTP)");
        var settings = new NpgsqlConnectionStringBuilder(server.Server.ConnectionString);
        if (!server.IsBehindPooler && settings.Pooling
            && Number(server, "max_connections") - Number(server, "superuser_reserved_connections") is { } most && settings.MaxPoolSize > most)
        {
            yield return new(FindingLevel.Note, server.Server.Name, $"Maximum Pool Size is {settings.MaxPoolSize}, and the server takes {most} connections in all",
                "lower Maximum Pool Size (it counts for each process), or raise max_connections");
        }

        if (!server.Status.IsInRecovery)
            yield break;
        if (server.Settings.GetValueOrDefault("hot_standby_feedback") == "off")
        {
            var delay = server.Settings.GetValueOrDefault("max_standby_streaming_delay");
            yield return new(FindingLevel.Note, server.Server.Name, $"hot_standby_feedback is off and max_standby_streaming_delay is {delay}: {(delay == "-1" ? "a long read holds replay up" : "a read that runs longer than that may be cancelled by replay, and runs again elsewhere")}",
                "hot_standby_feedback = on avoids most of it, at the price of later clean-up on the primary");
        }
    }

    private static IEnumerable<Finding> Compare(ServerFacts server, ServerFacts reference)
    {
        foreach (var name in _answers)
        {
            var (own, other) = (server.Settings.GetValueOrDefault(name), reference.Settings.GetValueOrDefault(name));
            if (own != other)
                yield return new(FindingLevel.Warning, server.Server.Name, $"{name} is '{own}', and '{other}' on {reference.Server.Name}: the same query may answer differently", $"set it alike, for the role or the database (ALTER ROLE {server.User} SET …) or in postgresql.conf of both");
        }

        if (server.Status.IsInRecovery && Number(server, "max_connections") < Number(reference, "max_connections"))
            yield return new(FindingLevel.Problem, server.Server.Name, $"max_connections is below that of {reference.Server.Name}: a standby pauses replay or does not start", "raise it to at least the primary's");
        foreach (var (extension, files) in server.Extensions.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            if (files is null)
                yield return new(FindingLevel.Problem, server.Server.Name, $"the files of extension {extension} are not on this server: reads that use it fail here", "install its package on every server");
            else if (reference.Extensions.GetValueOrDefault(extension) is { } other && other != files)
                yield return new(FindingLevel.Warning, server.Server.Name, $"extension {extension} has files of version {files}, and of {other} on {reference.Server.Name}", "install the same version on every server");
        }

        if (server.CollationVersion != reference.CollationVersion)
            yield return new(FindingLevel.Problem, server.Server.Name, $"collations are of version {server.CollationVersion ?? "none"}, and {reference.CollationVersion ?? "none"} on {reference.Server.Name}: indexes on text may miss rows", "run the same C library or ICU on every server");
        if (server.Status.Version != reference.Status.Version)
            yield return new(FindingLevel.Note, server.Server.Name, $"PostgreSQL {server.Status.Version}, and {reference.Status.Version} on {reference.Server.Name}", "run the same minor version, replicas first");
        if (server.Clock.Ahead - reference.Clock.Ahead is var difference && difference.Duration() - server.Clock.Uncertainty - reference.Clock.Uncertainty > _clockTolerance)
            yield return new(FindingLevel.Warning, server.Server.Name, string.Create(CultureInfo.InvariantCulture, $"its clock is {difference.Duration().TotalSeconds:0.0} s away from {reference.Server.Name}'s"), "synchronise the clocks (chrony, NTP)");
    }

    private static int? Number(ServerFacts server, string name) =>
        int.TryParse(server.Settings.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
