namespace ReplicaRouting.Classification;

/// <summary>A relation whose reads belong on the primary, as the server said.</summary>
/// <param name="Schema">The schema's name as stored in pg_namespace.</param>
/// <param name="Name">The relation's name as stored in pg_class.</param>
/// <param name="Kind"><c>S</c> for a sequence, <c>u</c> for an unlogged table, <c>v</c> for a view that must not be read on a replica; <c>c</c> for a
/// harmless relation that has a column named <c>last_value</c>, <c>is_called</c> or <c>log_cnt</c>.</param>
internal readonly record struct PrimaryRelation(string Schema, string Name, char Kind);
