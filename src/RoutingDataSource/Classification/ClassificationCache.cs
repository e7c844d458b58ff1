using System.Runtime.CompilerServices;

namespace ReplicaRouting.Classification;

/// <summary>Remembers classifications by string reference first, then by content; bounded. Thread-safe; hits take no lock and allocate nothing.</summary>
internal sealed class ClassificationCache
{
    /// <summary>Texts longer than this many characters are classified anew each time: hashing them costs as much as reading them.</summary>
    internal const int MaxTextLength = 16 * 1024;

    /// <summary>Slots by reference, a power of two. One text each; a later one takes the slot of an earlier one.</summary>
    internal const int ReferenceSlots = 1024;

    /// <summary>Slots by content, a power of two.</summary>
    internal const int ContentSlots = 4096;

    /// <summary>Texts of more than this many bytes in all are not kept by content.</summary>
    internal const long MaxBytes = 16 * 1024 * 1024;

    private readonly FunctionCatalog _catalog;
    private readonly Entry?[] _byReference = new Entry?[ReferenceSlots];
    private readonly Entry?[] _byContent = new Entry?[ContentSlots];
    private long _bytes;

    /// <summary>Initialises a cache. A new catalog needs a new cache.</summary>
    public ClassificationCache(FunctionCatalog catalog)
        : this(catalog, new TextMemory())
    {
    }

    /// <summary>Initialises a cache that goes on with what an earlier one remembered as refused.</summary>
    /// <param name="catalog">What is known of functions and tables now.</param>
    /// <param name="refusals">The <see cref="Refusals"/> of the earlier cache.</param>
    public ClassificationCache(FunctionCatalog catalog, TextMemory refusals)
    {
        _catalog = catalog;
        Refusals = refusals;
    }

    /// <summary>Gets the texts that a replica refused, to be handed to the next cache.</summary>
    public TextMemory Refusals { get; }

    /// <summary>Gets what the texts kept by content hold, in bytes.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    public StatementClass Classify(string sql)
    {
        var entry = _byReference[ReferenceSlot(sql)];
        return entry is not null && ReferenceEquals(entry.Text, sql) && entry.Version == Refusals.Version ? entry.Class : ClassifyByContent(sql);
    }

    /// <summary>Remembers that a replica refused a text, so that it goes to the primary from now on.</summary>
    /// <returns>Whether it was not remembered before.</returns>
    public bool RememberRefusal(string sql) => Refusals.Add(sql);

    private StatementClass ClassifyByContent(string sql)
    {
        var version = Refusals.Version; // before the refusals are asked, so that one that is added meanwhile makes the entry an old one
        if (sql.Length > MaxTextLength)
        {
            return Classified(sql);
        }

        var slot = ContentSlot(sql);
        var entry = Volatile.Read(ref _byContent[slot]);
        if (entry is null || entry.Version != version || entry.Text != sql)
        {
            entry = new Entry(sql, Classified(sql), version);
            Store(slot, entry);
        }

        // The reference slot needs an entry of this very string; the one by content may hold an equal other.
        if (ReferenceEquals(entry.Text, sql))
        {
            _byReference[ReferenceSlot(sql)] = entry;
        }

        return entry.Class;
    }

    private StatementClass Classified(string sql)
    {
        var result = StatementClassifier.Classify(sql, _catalog);
        return Refusals.Contains(sql) && result.IsReadOnly ? result with { Reason = RouteReason.RememberedRefusal } : result;
    }

    private void Store(int slot, Entry entry)
    {
        var size = (long)entry.Text.Length * sizeof(char);
        if (Interlocked.Add(ref _bytes, size) > MaxBytes)
        {
            Interlocked.Add(ref _bytes, -size);
            return;
        }

        if (Interlocked.Exchange(ref _byContent[slot], entry) is { } old)
        {
            Interlocked.Add(ref _bytes, -(long)old.Text.Length * sizeof(char));
        }
    }

    private static int ReferenceSlot(string sql) => RuntimeHelpers.GetHashCode(sql) & (ReferenceSlots - 1);

    private static int ContentSlot(string sql) => string.GetHashCode(sql.AsSpan()) & (ContentSlots - 1);

    private sealed class Entry(string text, StatementClass @class, int version)
    {
        internal readonly string Text = text;
        internal readonly StatementClass Class = @class;

        /// <summary>Which refusals the class takes into account.</summary>
        internal readonly int Version = version;
    }
}
