namespace ReplicaRouting.Classification;

/// <summary>Relations whose reads belong on the primary: by the options, or because the server said so.</summary>
internal sealed class RelationNames
{
    private readonly NameTable _any;
    private readonly NameTable _owners;
    private readonly NameTable _qualified;
    private readonly FrozenSchemas _schemas;

    public RelationNames(IReadOnlyList<string> tables, IReadOnlyList<PrimaryRelation> relations)
    {
        var any = new Dictionary<string, NameEntry>(StringComparer.Ordinal);
        var qualified = new Dictionary<string, NameEntry>(StringComparer.Ordinal);
        var schemas = new List<string>();
        foreach (var relation in relations)
        {
            if (relation.Kind == 'c')
            {
                continue;
            }

            var reason = relation.Kind == 'S' ? RouteReason.SequenceRead : RouteReason.PrimaryTable;
            any[relation.Name] = new NameEntry(relation.Name, NameFlags.Refused, reason);
            var key = QualifiedName.Key(relation.Schema, relation.Name);
            qualified[key] = new NameEntry(key, NameFlags.Refused, reason);
        }

        foreach (var table in tables)
        {
            var (schema, name) = QualifiedName.Parse(table);
            if (name == "*" && schema is not null)
            {
                schemas.Add(schema);
                continue;
            }

            // Without a schema the reference may mean any schema's table; without one in the option, every schema's is meant.
            any[name] = new NameEntry(name, schema is null ? NameFlags.Refused | NameFlags.Keyword : NameFlags.Refused, RouteReason.PrimaryTable);
            if (schema is not null)
            {
                var key = QualifiedName.Key(schema, name);
                qualified[key] = new NameEntry(key, NameFlags.Refused, RouteReason.PrimaryTable);
            }
        }

        _owners = NameTable.Of([.. relations.Where(relation => relation.Kind == 'c').Select(relation => relation.Name).Distinct()]);
        _any = new NameTable(any.Values);
        _qualified = new NameTable(qualified.Values);
        _schemas = new FrozenSchemas(schemas);
        Names = [.. any.Keys, .. schemas];
        Any = relations.Count + any.Count + schemas.Count > 0;
    }

    internal bool Any { get; }

    /// <summary>Gets the names, without a schema or schemas' own, that <see cref="MayBeNamed"/> speaks of.</summary>
    internal IReadOnlyList<string> Names { get; }

    internal bool OwnsSequenceColumn(ReadOnlySpan<char> name, bool quoted) => _owners.Contains(name, quoted);

    /// <summary>Whether a relation, or a schema whose relations are all meant, has a name.</summary>
    internal bool MayBeNamed(ReadOnlySpan<char> name, bool quoted) =>
        _any.Find(name, quoted).Flags != NameFlags.None || _schemas.Contains(name, quoted);

    internal bool Find(ReadOnlySpan<char> schema, bool schemaQuoted, ReadOnlySpan<char> name, bool quoted, out RouteReason reason)
    {
        ref readonly var entry = ref _any.Find(name, quoted);
        reason = entry.Reason;
        if (schema.IsEmpty)
        {
            return entry.Flags != NameFlags.None;
        }

        if ((entry.Flags & NameFlags.Keyword) != 0) // the option named no schema
        {
            return true;
        }

        Span<char> key = stackalloc char[(2 * FunctionCatalog.MaxName) + 1];
        ref readonly var exact = ref _qualified.Find(key[..QualifiedName.Write(key, schema, schemaQuoted, name, quoted)], quoted: true);
        reason = exact.Flags == NameFlags.None ? RouteReason.PrimaryTable : exact.Reason;
        return exact.Flags != NameFlags.None || _schemas.Contains(schema, schemaQuoted);
    }
}
