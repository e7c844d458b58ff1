using System.Text.RegularExpressions;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>The Markdown of this repository, and the blocks of code in it.</summary>
internal static partial class Pages
{
    /// <summary>Every page that people read, by its path in the repository. Tables of measurements, which programs write, are none.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. from file in Directory.EnumerateFiles(Sample.Root, "*.md", SearchOption.AllDirectories)
           let path = Path.GetRelativePath(Sample.Root, file).Replace('\\', '/')
           where Folders().IsMatch(path)
           orderby path
           select path,
    ];

    public static string Read(string page) => File.ReadAllText(Path.Combine(Sample.Root, page));

    /// <summary>The fenced blocks of a page, in their order.</summary>
    public static List<Block> Blocks(string page)
    {
        var blocks = new List<Block>();
        string? marker = null, fence = null;
        var (language, text) = ("", new System.Text.StringBuilder());
        foreach (var line in Read(page).Split('\n'))
        {
            if (fence is not null)
            {
                if (line.Trim() == fence)
                {
                    blocks.Add(new(page, marker, language, text.ToString()));
                    (fence, marker) = (null, null);
                }
                else
                {
                    text.Append(line).Append('\n');
                }
            }
            else if (Fence().Match(line) is { Success: true } begin)
            {
                (fence, language) = (begin.Groups["fence"].Value, begin.Groups["language"].Value);
                text.Clear();
            }
            else
            {
                marker = Comment().Match(line) is { Success: true } comment ? comment.Groups["text"].Value : null;
            }
        }

        Assert.True(fence is null, $"{page}: a block of code is not closed");
        return blocks;
    }

    /// <summary>The texts of the blocks of a page that have a marker.</summary>
    public static List<string> Marked(string page, string marker)
    {
        var texts = Blocks(page).Where(block => block.Marker == marker).Select(block => block.Text).ToList();
        Assert.True(texts.Count > 0, $"{page} has no block marked <!-- {marker} -->");
        return texts;
    }

    [GeneratedRegex(@"^([^/]+|docs/.*|src/[^/]+/README|bench/results/README|samples/.*)\.md$")]
    private static partial Regex Folders();

    [GeneratedRegex(@"^ *(?<fence>```+|~~~+)(?<language>\S*)")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^ *<!-- (?<text>.*?) -->$")]
    private static partial Regex Comment();

    /// <param name="Page">Its page.</param>
    /// <param name="Marker">The comment in the line before it.</param>
    /// <param name="Language">The word behind the fence.</param>
    /// <param name="Text">What stands in it.</param>
    internal sealed record Block(string Page, string? Marker, string Language, string Text)
    {
        public override string ToString() => $"{Page}: {Text.Split('\n')[0]}";
    }
}
