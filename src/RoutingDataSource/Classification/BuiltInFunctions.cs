namespace ReplicaRouting.Classification;

/// <summary>The built-in functions, operators and keywords as one table.</summary>
internal static class BuiltInFunctions
{
    internal static readonly NameEntry RefusedBySchema = new("*", NameFlags.Refused | NameFlags.LeavesState, RouteReason.VolatileFunction);
    internal static readonly NameEntry HarmlessBySchema = new("*", NameFlags.Harmless, RouteReason.ProvenRead);

    /// <summary>The operators of pg_catalog: all are stable or immutable.</summary>
    private const string Operators = """
        ! !! !~ !~* !~~ !~~* # ## #- #< #> #>= #>> % & && &&& &< &<| &> * *< *<= *<> *= *> *>= + - -> ->> -|- / < <-> << <<= <<| <= <> <@ <^ = >
        >= >> >>= >^ ? ?# ?& ?- ?-| ?| ?|| @ @-@ @> @? @@ @@@ ^ ^@ | |&> |/ |>> || ||/ ~ ~* ~< ~<=~ ~<~ ~= ~> ~>=~ ~>~ ~~ ~~* != => -
        """;

    internal static readonly IReadOnlyDictionary<string, NameEntry> Entries = Build();

    /// <summary>The functions of pg_catalog alone, for calls that name it.</summary>
    internal static readonly NameTable Table = new([.. Entries.Values]);

    private static Dictionary<string, NameEntry> Build()
    {
        var entries = new Dictionary<string, NameEntry>(4096, StringComparer.Ordinal);
        Add(HarmlessFunctions.Volatile, NameFlags.Harmless, RouteReason.ProvenRead);
        Add(HarmlessFunctions.StableOrImmutable, NameFlags.Harmless, RouteReason.ProvenRead);
        Add(HarmlessFunctions.Types, NameFlags.Harmless, RouteReason.ProvenRead);
        Add(Operators, NameFlags.Harmless, RouteReason.ProvenRead);
        foreach (var (reason, flags, names) in RefusedFunctions.Groups)
        {
            Add(names, flags | NameFlags.Refused, reason);
        }

        Add(SqlKeywords.NeverFunctions, NameFlags.Syntax, RouteReason.ProvenRead);
        Add(SqlKeywords.MaybeFunctions, NameFlags.Keyword, RouteReason.ProvenRead);
        Add("substring overlay", NameFlags.Substring, RouteReason.ProvenRead);
        return entries;

        void Add(string names, NameFlags flags, RouteReason reason)
        {
            foreach (var name in names.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                entries[name] = entries.TryGetValue(name, out var known)
                    ? known with { Flags = known.Flags | flags }
                    : new NameEntry(name, flags, reason);
            }
        }
    }
}
