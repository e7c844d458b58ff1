using System.Numerics;

namespace ReplicaRouting.Classification;

/// <summary>A read-only hash table from names to what is known of them, asked with a piece of the text in either case.</summary>
internal sealed class NameTable
{
    private readonly NameEntry[] _entries;
    private readonly int[] _buckets;
    private readonly int[] _next;

    public NameTable(IReadOnlyCollection<NameEntry> entries)
    {
        _entries = [default, .. entries];
        _buckets = new int[BitOperations.RoundUpToPowerOf2((uint)_entries.Length * 2)];
        _next = new int[_entries.Length];
        for (var i = 1; i < _entries.Length; i++)
        {
            ref var bucket = ref _buckets[Hash(_entries[i].Name) & (_buckets.Length - 1)];
            _next[i] = bucket;
            bucket = i;
        }
    }

    /// <summary>Makes a table that only tells whether a name is in it.</summary>
    internal static NameTable Of(params string[] names) =>
        new([.. names.Select(name => new NameEntry(name, NameFlags.Refused, RouteReason.PerServer))]);

    /// <summary>Lists the names that a flag stands with.</summary>
    internal IEnumerable<string> With(NameFlags flag) => _entries.Where(entry => (entry.Flags & flag) != 0).Select(entry => entry.Name);

    internal bool Contains(ReadOnlySpan<char> name, bool quoted) => Find(name, quoted).Flags != NameFlags.None;

    /// <summary>Finds a name.</summary>
    /// <param name="name">The name as it stands in the text, without quotes.</param>
    /// <param name="quoted">Whether it was quoted, so that case counts.</param>
    internal ref readonly NameEntry Find(scoped ReadOnlySpan<char> name, bool quoted)
    {
        for (int i = _buckets[Hash(name) & (_buckets.Length - 1)]; i != 0; i = _next[i])
        {
            ref readonly var entry = ref _entries[i];
            if (quoted ? name.SequenceEqual(entry.Name) : EqualsFolded(name, entry.Name))
            {
                return ref entry;
            }
        }

        return ref _entries[0];
    }

    /// <summary>Compares a name of the text with a stored one, as PostgreSQL folds it: ASCII letters to lower case, nothing else.</summary>
    internal static bool EqualsFolded(scoped ReadOnlySpan<char> name, string stored)
    {
        if (name.Length != stored.Length)
        {
            return false;
        }

        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if ((char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c) != stored[i])
            {
                return false;
            }
        }

        return true;
    }

    private static int Hash(scoped ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
        {
            return 0;
        }

        var middle = name.Length / 2;
        var hash = (uint)name.Length;
        hash = (hash * 31) + (name[0] | 0x20u);
        hash = (hash * 31) + (name[^1] | 0x20u);
        hash = (hash * 31) + (name[middle] | 0x20u);
        hash = (hash * 31) + (name[middle / 2] | 0x20u);
        hash = (hash * 31) + (name[name.Length - 1 - (middle / 2)] | 0x20u);
        hash *= 0x9E3779B1;
        return (int)(hash >> 16);
    }
}
