namespace ReplicaRouting.Model;

/// <summary>A function of the database that pg_proc marks volatile, as the topology learned it.</summary>
/// <param name="Schema">The schema's name as stored in pg_namespace.</param>
/// <param name="Name">The function's name as stored in pg_proc; one entry stands for all overloads.</param>
/// <param name="IsVolatile">Whether any overload of that name in that schema is volatile.</param>
internal readonly record struct UserFunction(string Schema, string Name, bool IsVolatile);
