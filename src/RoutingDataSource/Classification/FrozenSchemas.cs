namespace ReplicaRouting.Classification;

/// <summary>The schemas that an option names with <c>schema.*</c>: few, so they are searched one by one.</summary>
internal sealed class FrozenSchemas(IEnumerable<string> schemas)
{
    private readonly string[] _schemas = [.. schemas];

    internal bool Contains(ReadOnlySpan<char> schema, bool quoted)
    {
        foreach (var candidate in _schemas)
        {
            if (FunctionCatalog.Matches(schema, quoted, candidate))
            {
                return true;
            }
        }

        return false;
    }
}
