namespace ReplicaRouting.AdoNet;

/// <summary>One message for everything that is wrong.</summary>
internal static class ProblemList
{
    public static string Format(string what, IEnumerable<string> problems) =>
        $"{what}:{string.Concat(problems.Select(problem => $"{Environment.NewLine}- {problem}"))}";
}
