using System.Runtime.CompilerServices;

namespace ReplicaRouting.Classification;

/// <summary>Tells of most names that they are not in a set, by their ends and their length.</summary>
internal sealed class SuspectFilter
{
    private readonly ulong[] _bits = new ulong[512];

    internal SuspectFilter(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (name.Length > 0)
            {
                var key = Key(name[0], name[^1], name.Length);
                _bits[key >> 6] |= 1UL << key;
            }
        }
    }

    /// <summary>Whether a name may be in the set.</summary>
    /// <param name="first">Its first character, in either case.</param>
    /// <param name="last">Its last character, in either case.</param>
    /// <param name="length">Its length, more than zero. What the server cuts may be in any set.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool MayHold(char first, char last, int length)
    {
        var key = Key(first, last, length);
        return ((_bits[key >> 6] >> key) & 1) != 0 || length > FunctionCatalog.MaxName;
    }

    private static int Key(char first, char last, int length) => ((first & 31) << 10) | ((last & 31) << 5) | (length & 31);
}
