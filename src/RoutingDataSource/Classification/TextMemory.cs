using System.Collections.Concurrent;

namespace ReplicaRouting.Classification;

/// <summary>A bounded set of texts, compared by content: those that a replica refused although they were proven reads. Thread-safe; asking
/// allocates nothing and takes no lock.</summary>
internal sealed class TextMemory
{
    /// <summary>More texts than this are not remembered.</summary>
    internal const int MaxEntries = 1024;

    /// <summary>Texts of more than this many bytes in all are not remembered.</summary>
    internal const long MaxBytes = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, bool> _texts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();
    private readonly Lock _adding = new();
    private long _bytes;
    private volatile bool _isEmpty = true;
    private volatile int _version;

    /// <summary>Gets how many texts are remembered.</summary>
    public int Count => _texts.Count;

    /// <summary>Gets whether nothing is remembered, which is the rule.</summary>
    public bool IsEmpty => _isEmpty;

    /// <summary>Gets a number that changes with every text that is added, after it can be found.</summary>
    public int Version => _version;

    /// <summary>Remembers a text; the oldest ones are forgotten when the bounds are reached. A text beyond the bounds by itself is not kept.</summary>
    /// <returns>Whether the text was not remembered before; <see langword="true"/> too for one that is not kept.</returns>
    public bool Add(string text)
    {
        var size = Size(text);
        if (size > MaxBytes)
        {
            return true;
        }

        lock (_adding)
        {
            if (!_texts.TryAdd(text, true))
            {
                return false;
            }

            _order.Enqueue(text);
            _bytes += size;
            _isEmpty = false;
            _version++;
            while ((_texts.Count > MaxEntries || _bytes > MaxBytes) && _order.TryDequeue(out var oldest))
            {
                _texts.TryRemove(oldest, out _);
                _bytes -= Size(oldest);
            }
        }

        return true;
    }

    /// <summary>Whether a text is remembered.</summary>
    public bool Contains(string text) => !IsEmpty && _texts.ContainsKey(text);

    private static long Size(string text) => (long)text.Length * sizeof(char);
}
