using System.Text.Json;

namespace ReplicaRouting.AspNetCore.Status;

/// <summary>The status as JSON. Names and units are a contract: what is added later is added beside them.</summary>
internal static class StatusJson
{
    public static ReadOnlyMemory<byte> Write(RoutingStatistics statistics, ShadowReport shadow)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", statistics.Cluster.Version);
            json.WriteString("primary", statistics.Cluster.Primary?.Name);
            json.WriteNumber("countedSeconds", Math.Round(statistics.Counted.TotalSeconds, 1));
            json.WriteStartObject("primaryFallbacks");
            json.WriteNumber("inUse", statistics.PrimaryFallbacks);
            WriteNumber(json, "limit", statistics.PrimaryFallbackLimit);
            json.WriteEndObject();
            json.WriteStartArray("nodes");
            foreach (var node in statistics.Nodes)
                WriteNode(json, node);
            json.WriteEndArray();
            WriteShadow(json, shadow);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void WriteNode(Utf8JsonWriter json, NodeStatistics node)
    {
        json.WriteStartObject();
        json.WriteString("name", node.Node.Name);
        json.WriteString("role", NodeWords.Role(node.Node));
        json.WriteString("standing", JsonNamingPolicy.CamelCase.ConvertName(node.Standing.ToString()));
        json.WriteBoolean("reachable", node.Node.IsReachable);
        json.WriteBoolean("drained", node.Node.IsDrained);
        json.WriteNumber("weight", node.Node.Weight);
        WriteNumber(json, "lagBytes", node.Node.Lag?.Bytes);
        WriteNumber(json, "lagSeconds", node.Node.Lag?.Delay?.TotalSeconds);
        json.WriteNumber("connectionsInUse", node.ConnectionsInUse);
        json.WriteNumber("readsPerSecond", Math.Round(node.ReadsPerSecond, 2));
        json.WriteNumber("commandsPerSecond", Math.Round(node.CommandsPerSecond, 2));
        json.WriteStartObject("commands");
        foreach (var (reason, count) in node.Commands.OrderBy(each => each.Key))
            json.WriteNumber(reason.ToString(), count);
        json.WriteEndObject();
        json.WriteStartArray("lag");
        foreach (var sample in node.Lag)
        {
            json.WriteStartObject();
            json.WriteNumber("secondsAgo", Math.Round(sample.Age.TotalSeconds, 1));
            WriteNumber(json, "bytes", sample.Lag?.Bytes);
            WriteNumber(json, "seconds", sample.Lag?.Delay?.TotalSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // How many texts would have been refused, not which: no SQL leaves by this way.
    private static void WriteShadow(Utf8JsonWriter json, ShadowReport shadow)
    {
        if (shadow.Commands == 0)
        {
            json.WriteNull("shadow");
            return;
        }

        json.WriteStartObject("shadow");
        json.WriteNumber("commands", shadow.Commands);
        json.WriteNumber("shareOfCommands", Math.Round(shadow.ShareOfCommands, 4));
        json.WriteNumber("shareOfTime", Math.Round(shadow.ShareOfTime, 4));
        json.WriteNumber("textsChecked", shadow.TextsChecked);
        json.WriteNumber("textsRefused", shadow.Refusals.Count);
        json.WriteStartArray("counts");
        foreach (var count in shadow.Counts)
        {
            json.WriteStartObject();
            json.WriteString("target", JsonNamingPolicy.CamelCase.ConvertName(count.Target.ToString()));
            json.WriteString("reason", count.Reason.ToString());
            json.WriteNumber("commands", count.Commands);
            json.WriteNumber("seconds", Math.Round(count.Time.TotalSeconds, 3));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known)
            json.WriteNumber(name, Math.Round(known, 3));
        else
            json.WriteNull(name);
    }
}
