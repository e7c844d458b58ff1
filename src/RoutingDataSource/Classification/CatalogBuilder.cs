using ReplicaRouting.Model;

namespace ReplicaRouting.Classification;

/// <summary>Merges what is built in, what the server said and what the options say into the tables of a <see cref="FunctionCatalog"/>.</summary>
internal sealed class CatalogBuilder
{
    /// <summary>The operators that <see cref="PlainRead"/> reads.</summary>
    private static readonly HashSet<string> CommonOperators = ["=", "<", ">", "+", "-", "*", "/", "%", "<>", "!=", "<=", ">=", "||", "!", "|", "@"];

    /// <summary>What SQL calls the types of pg_catalog to which a user's cast may go.</summary>
    private static readonly Dictionary<string, string[]> TypeAliases = new(StringComparer.Ordinal)
    {
        ["int2"] = ["smallint"],
        ["int4"] = ["int", "integer"],
        ["int8"] = ["bigint"],
        ["float4"] = ["real", "float"],
        ["float8"] = ["double", "float"],
        ["numeric"] = ["decimal", "dec"],
        ["bool"] = ["boolean"],
        ["varchar"] = ["character", "char", "nchar", "national"],
        ["bpchar"] = ["character", "char", "nchar", "national"],
        ["timestamptz"] = ["timestamp"],
        ["timetz"] = ["time"],
        ["varbit"] = ["bit"],
    };

    private readonly ClassificationOptions _options;
    private readonly IReadOnlyList<UserFunction>? _userFunctions;
    private readonly List<(string? Schema, string Name)> _readOnly;
    private readonly List<(string? Schema, string Name)> _write;

    public CatalogBuilder(ClassificationOptions options, IReadOnlyList<UserFunction>? userFunctions)
    {
        _options = options;
        _userFunctions = userFunctions;
        _readOnly = [.. _options.ReadOnlyFunctions.Select(QualifiedName.Parse)];
        _write = [.. _options.WriteFunctions.Select(QualifiedName.Parse)];
        HarmlessSchemas = new FrozenSchemas(from entry in _readOnly where entry is { Name: "*", Schema: not null } select entry.Schema);
        RefusedSchemas = new FrozenSchemas(from entry in _write where entry is { Name: "*", Schema: not null } select entry.Schema);
    }

    internal FrozenSchemas HarmlessSchemas { get; }

    // What a user's function does does not stand in the text: it may set a parameter or take a lock that the session keeps.
    private const NameFlags UserRefused = NameFlags.Refused | NameFlags.LeavesState;

    // A function that the options call harmless may still act outside of the database, and must not be made twice.
    private const NameFlags KeptWhenAllowed = NameFlags.Syntax | NameFlags.Keyword | NameFlags.Substring | NameFlags.ReachesOutside;

    internal FrozenSchemas RefusedSchemas { get; }

    internal ulong AttributeFilter { get; private set; }

    /// <summary>Gets whether an operator that is also built in, such as <c>+</c>, may call a volatile function of the user's.</summary>
    internal bool RefusesOperators { get; private set; }

    /// <summary>Gets the operators among them that words call.</summary>
    internal GrammarOperators RefusedGrammar { get; private set; }

    /// <summary>Gets whether a volatile function of the user's may be called from a place that no text shows.</summary>
    internal bool RefusesEverything { get; private set; }

    internal static ulong FilterBit(ReadOnlySpan<char> name) => name.IsEmpty ? 0 : 1UL << (((name[0] | 0x20) + (name.Length * 7)) & 63);

    /// <summary>The table for calls without a schema: any schema's function may be meant, so the worst one counts.</summary>
    internal NameTable BuildNames()
    {
        var entries = new Dictionary<string, NameEntry>(BuiltInFunctions.Entries, StringComparer.Ordinal);
        foreach (var (reason, flags, names) in ExtensionFunctions.Refused)
        {
            foreach (var name in ExtensionFunctions.Split(names))
            {
                Merge(entries, name, flags | NameFlags.Refused, reason);
            }
        }

        if (_userFunctions is null)
        {
            foreach (var name in ExtensionFunctions.Split(ExtensionFunctions.Harmless).Concat(ExtensionFunctions.Split(ExtensionFunctions.HarmlessOperators)))
            {
                Merge(entries, name, NameFlags.Harmless, RouteReason.ProvenRead);
            }
        }
        else
        {
            foreach (var function in _userFunctions)
            {
                var refused = IsRefused(function);
                if (function.Name.StartsWith(CatalogQueries.AnywherePrefix, StringComparison.Ordinal))
                {
                    RefusesEverything |= IsRefused(function with { Name = function.Name[CatalogQueries.AnywherePrefix.Length..] });
                    continue;
                }

                Merge(entries, function.Name, refused ? UserRefused | NameFlags.Attribute : NameFlags.Harmless, RouteReason.VolatileFunction);
                if (refused)
                {
                    AddAttribute(function.Name);
                }

                RefusesOperators |= refused && CommonOperators.Contains(function.Name);
                RefusedGrammar |= refused ? GrammarOperatorTable.OfSymbol(function.Name) : GrammarOperators.None;
                if (refused && function.Schema == "pg_catalog" && TypeAliases.TryGetValue(function.Name, out var aliases))
                {
                    foreach (var alias in aliases)
                    {
                        Merge(entries, alias, UserRefused | NameFlags.Attribute, RouteReason.VolatileFunction);
                        AddAttribute(alias);
                    }
                }
            }
        }

        foreach (var (schema, name) in _readOnly)
        {
            if (schema is null or "pg_catalog" && name != "*")
            {
                entries.TryGetValue(name, out var known);
                entries[name] = new NameEntry(name, (known.Flags & KeptWhenAllowed) | NameFlags.Harmless, 0);
            }
        }

        foreach (var (_, name) in _write)
        {
            if (name != "*")
            {
                Merge(entries, name, UserRefused | NameFlags.Attribute, RouteReason.VolatileFunction);
                AddAttribute(name);
            }
        }

        return new NameTable(entries.Values);
    }

    /// <summary>The table for calls that name a schema other than pg_catalog.</summary>
    internal NameTable BuildQualifiedNames()
    {
        var entries = new Dictionary<string, NameEntry>(StringComparer.Ordinal);
        foreach (var function in _userFunctions ?? [])
        {
            Merge(
                entries,
                QualifiedName.Key(function.Schema, function.Name),
                IsRefused(function) ? UserRefused : NameFlags.Harmless,
                RouteReason.VolatileFunction);
        }

        foreach (var (schema, name) in _readOnly)
        {
            if (schema is not null && name != "*")
            {
                var key = QualifiedName.Key(schema, name);
                entries[key] = new NameEntry(key, NameFlags.Harmless, RouteReason.ProvenRead);
            }
        }

        foreach (var (schema, name) in _write)
        {
            if (schema is not null && name != "*")
            {
                Merge(entries, QualifiedName.Key(schema, name), UserRefused, RouteReason.VolatileFunction);
            }
        }

        return new NameTable(entries.Values);
    }

    private void AddAttribute(string name)
    {
        AttributeFilter |= FilterBit(name);
    }

    private bool IsRefused(UserFunction function) =>
        _write.Exists(entry => Names(entry, function))
        || (function.IsVolatile && !_readOnly.Exists(entry => Names(entry, function)));

    private static bool Names((string? Schema, string Name) entry, UserFunction function) =>
        (entry.Schema is null || entry.Schema == function.Schema)
        && (entry.Name == function.Name || (entry is { Name: "*", Schema: not null } && entry.Schema == function.Schema));

    private static void Merge(Dictionary<string, NameEntry> entries, string name, NameFlags flags, RouteReason reason)
    {
        if (!entries.TryGetValue(name, out var known))
        {
            entries[name] = new NameEntry(name, flags, reason);
            return;
        }

        // The worst verdict wins, with the reason that came with it.
        var refused = (known.Flags & NameFlags.Refused) != 0;
        entries[name] = new NameEntry(
            name,
            (flags & NameFlags.Refused) != 0 || refused ? (known.Flags | flags) & ~NameFlags.Harmless : known.Flags | flags,
            refused ? known.Reason : reason);
    }
}
