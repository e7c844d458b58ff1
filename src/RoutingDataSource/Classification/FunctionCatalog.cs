using ReplicaRouting.Model;

namespace ReplicaRouting.Classification;

/// <summary>What is known of functions and tables: the built-in tables, what the server said of the user's own, and the options. Immutable.</summary>
internal sealed class FunctionCatalog
{
    private readonly NameTable _byName;
    private readonly NameTable _byQualifiedName;
    private readonly RelationNames _relations;
    private readonly FrozenSchemas _harmlessSchemas;
    private readonly FrozenSchemas _refusedSchemas;
    private readonly ulong _attributeFilter;

    /// <summary>Initialises a catalog.</summary>
    /// <param name="options">What the application said about its own names.</param>
    /// <param name="userFunctions">What <see cref="LearnFunctionsSql"/> said, which is all functions outside of pg_catalog;
    /// <see langword="null"/> when no server was asked yet, in which case a function that is not built in counts as unknown.</param>
    /// <param name="primaryRelations">What <see cref="LearnRelationsSql"/> said: relations whose reads belong on the primary.</param>
    public FunctionCatalog(
        ClassificationOptions options,
        IReadOnlyList<UserFunction>? userFunctions,
        IReadOnlyList<PrimaryRelation>? primaryRelations = null)
    {
        Options = options;
        UserFunctions = userFunctions;
        var builder = new CatalogBuilder(options, userFunctions);
        _byName = builder.BuildNames();
        _byQualifiedName = builder.BuildQualifiedNames();
        _harmlessSchemas = builder.HarmlessSchemas;
        _refusedSchemas = builder.RefusedSchemas;
        _attributeFilter = builder.AttributeFilter;
        RefusedGrammar = builder.RefusedGrammar;
        RefusesEverything = builder.RefusesEverything;
        TrustsPlainReads = options.StandardConformingStrings && !builder.RefusesOperators && RefusedGrammar == GrammarOperators.None && !RefusesEverything;
        _relations = new RelationNames(options.PrimaryTables, primaryRelations ?? []);
        Suspects = new SuspectFilter(_byName.With(NameFlags.Refused).Concat(_relations.Names));
    }

    /// <summary>Has to run before the two that follow, in the same batch; what it answers says nothing.</summary>
    internal const string LearnSettingsSql = CatalogQueries.Settings;

    /// <summary>Lists all functions outside of pg_catalog as (schema, name, whether any overload is volatile), and with them the operators, casts
    /// and domains over such functions. Works for every role on PostgreSQL 14 to 19.</summary>
    internal static readonly string LearnFunctionsSql = CatalogQueries.Functions;

    /// <summary>Lists the relations whose reads belong on the primary as (schema, name, kind): sequences, unlogged tables, and views that call
    /// volatile functions or read what belongs on the primary. Works for every role on PostgreSQL 14 to 19.</summary>
    internal static readonly string LearnRelationsSql = CatalogQueries.Relations;

    public ClassificationOptions Options { get; }

    public IReadOnlyList<UserFunction>? UserFunctions { get; }

    /// <summary>Gets whether a plain read can be proven without its structure: strings are read as Npgsql reads them, and no operator calls a
    /// volatile function.</summary>
    internal bool TrustsPlainReads { get; }

    /// <summary>Gets the operators over volatile functions that words call.</summary>
    internal GrammarOperators RefusedGrammar { get; }

    /// <summary>Gets whether an implicit cast or an operator class calls a volatile function: no text shows where.</summary>
    internal bool RefusesEverything { get; }

    /// <summary>Gets whether some names need their place in the statement to be judged: relations of the primary, attributes, types.</summary>
    internal bool HasSuspects => HasRelations || HasAttributes;

    /// <summary>Gets what tells most other names from these and from those of refused functions.</summary>
    internal SuspectFilter Suspects { get; }

    /// <summary>Whether a name could be one that <see cref="HasSuspects"/> speaks of.</summary>
    internal bool IsSuspect(ReadOnlySpan<char> name, bool quoted) =>
        (HasAttributes && MayBeAttributeCall(name, quoted)) || (HasRelations && _relations.MayBeNamed(Clip(name), quoted));

    /// <summary>Whether a name before a parenthesis is a harmless function, or a keyword that no function can have for a name.</summary>
    internal bool IsPlainlyHarmless(ReadOnlySpan<char> name, bool quoted)
    {
        var flags = FindName(name, quoted).Flags;
        return (flags & (NameFlags.Refused | NameFlags.ReachesOutside)) == 0 && (flags & (quoted ? NameFlags.Harmless : NameFlags.Harmless | NameFlags.Syntax)) != 0;
    }

    /// <summary>Whether <c>row.name</c> may be a call of a function that must run on the primary, built in or the user's.</summary>
    internal bool IsRefusedFunction(ReadOnlySpan<char> name, bool quoted) => (FindName(name, quoted).Flags & NameFlags.Refused) != 0;

    internal bool HasAttributes => _attributeFilter != 0;

    internal bool HasRelations => _relations.Any;

    internal ref readonly NameEntry FindName(scoped ReadOnlySpan<char> name, bool quoted) => ref _byName.Find(Clip(name), quoted);

    internal ref readonly NameEntry FindQualified(
        scoped ReadOnlySpan<char> schema, bool schemaQuoted, scoped ReadOnlySpan<char> name, bool quoted)
    {
        schema = Clip(schema);
        name = Clip(name);
        Span<char> key = stackalloc char[(2 * MaxName) + 1];
        ref readonly var entry = ref _byQualifiedName.Find(key[..QualifiedName.Write(key, schema, schemaQuoted, name, quoted)], quoted: true);
        if (entry.Flags != NameFlags.None)
        {
            return ref entry;
        }

        if (Matches(schema, schemaQuoted, "pg_catalog"))
        {
            return ref BuiltInFunctions.Table.Find(name, quoted);
        }

        if (_refusedSchemas.Contains(schema, schemaQuoted))
        {
            return ref BuiltInFunctions.RefusedBySchema;
        }

        return ref _harmlessSchemas.Contains(schema, schemaQuoted)
            || (Matches(schema, schemaQuoted, "information_schema") && name.StartsWith("_pg_", StringComparison.OrdinalIgnoreCase))
            ? ref BuiltInFunctions.HarmlessBySchema
            : ref entry;
    }

    /// <summary>Whether <c>row.name</c> may be a call of a volatile function, which PostgreSQL tries when there is no such column.</summary>
    internal bool MayBeAttributeCall(ReadOnlySpan<char> name, bool quoted) =>
        (_attributeFilter & CatalogBuilder.FilterBit(Clip(name))) != 0
        && (FindName(name, quoted).Flags & NameFlags.Attribute) != 0;

    /// <summary>Whether an operator, named by its characters, may call a volatile function.</summary>
    internal bool IsRefusedOperator(ReadOnlySpan<char> symbol, out bool unknown)
    {
        if (symbol.SequenceEqual("!="))
        {
            symbol = "<>"; // the server reads it so
        }

        var flags = _byName.Find(symbol, quoted: true).Flags;
        unknown = (flags & (NameFlags.Harmless | NameFlags.Refused)) == 0 && UserFunctions is null;
        return unknown || (flags & NameFlags.Refused) != 0;
    }

    /// <summary>Whether a relation's reads belong on the primary.</summary>
    internal bool IsPrimaryRelation(
        ReadOnlySpan<char> schema, bool schemaQuoted, ReadOnlySpan<char> name, bool quoted, out RouteReason reason) =>
        _relations.Find(Clip(schema), schemaQuoted, Clip(name), quoted, out reason);

    internal static bool Matches(ReadOnlySpan<char> name, bool quoted, string stored) =>
        quoted ? name.SequenceEqual(stored) : NameTable.EqualsFolded(name, stored);

    /// <summary>Whether a relation that is no sequence has a column named like one of a sequence's.</summary>
    internal bool OwnsSequenceColumn(ReadOnlySpan<char> name, bool quoted) => _relations.OwnsSequenceColumn(Clip(name), quoted);

    internal const int MaxName = 63;

    /// <summary>PostgreSQL cuts names at 63 bytes, in UTF-8 between two characters.</summary>
    private static ReadOnlySpan<char> Clip(ReadOnlySpan<char> name) => name.Length <= MaxName / 3 ? name : ClipLong(name);

    private static ReadOnlySpan<char> ClipLong(ReadOnlySpan<char> name)
    {
        var bytes = 0;
        for (var i = 0; i < name.Length; i++)
        {
            // A surrogate pair is four bytes: both halves are cut off together.
            bytes += name[i] < 0x80 ? 1 : name[i] < 0x800 ? 2 : char.IsHighSurrogate(name[i]) ? 4 : char.IsLowSurrogate(name[i]) ? 0 : 3;
            if (bytes > MaxName)
            {
                return name[..i];
            }
        }

        return name;
    }
}
