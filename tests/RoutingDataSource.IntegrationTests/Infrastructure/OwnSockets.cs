using System.Globalization;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests;

/// <summary>The sockets that this process has open to a node, as the kernel counts them: what pools believe of their connections is not asked.</summary>
internal static class OwnSockets
{
    private const string CloseWait = "08"; // include/net/tcp_states.h

    public static int To(PostgresNode node) => Find(node).Count;

    /// <summary>Those that the server has closed, and nobody here has noticed.</summary>
    public static int HalfClosedTo(PostgresNode node) => Find(node).Count(state => state == CloseWait);

    private static List<string> Find(PostgresNode node)
    {
        var own = new HashSet<string>();
        foreach (var descriptor in Directory.EnumerateFiles("/proc/self/fd"))
        {
            try
            {
                if (File.ResolveLinkTarget(descriptor, false)?.Name is { } target && target.StartsWith("socket:[", StringComparison.Ordinal))
                    own.Add(target["socket:[".Length..^1]);
            }
            catch (IOException)
            {
                // closed between the look and the reading
            }
        }

        // Columns: sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …
        var port = ":" + node.Port.ToString("X4", CultureInfo.InvariantCulture);
        return File.ReadAllLines("/proc/net/tcp").Concat(File.ReadAllLines("/proc/net/tcp6")).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns.Length > 9 && columns[2].EndsWith(port, StringComparison.Ordinal) && own.Contains(columns[9]))
            .Select(columns => columns[3]).ToList();
    }
}
