namespace Mig.Architecture.Tests;

public class DocumentTests
{
    // Who opens the repository reads one page: what, why, two commands, a picture, and where to read on.
    private const int ReadmeLines = 120;

    public static TheoryData<string> Documents => [.. SourceTree.TextFiles().Where(path => path.EndsWith(".md", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void LinksLeadSomewhere(string path) => Assert.Empty(MarkdownDocument.FindBrokenLinks(path, ReadOrNull));

    [Fact]
    public void CheckObjectsToBrokenLinks()
    {
        string? Read(string path) => path switch
        {
            "docs/a.md" =>
                "# A title, with `code`\n[b](b.md) [here](#a-title-with-code) [no](c.md) "
                + "[up](../README.md#none)\n```sh\n[x](y)\n```\n[web](https://example.org/x)",
            "docs/b.md" => "",
            "README.md" => "# Start",
            _ => null,
        };
        Assert.Equal(["docs/a.md: c.md", "docs/a.md: ../README.md#none (no such heading)"],
            MarkdownDocument.FindBrokenLinks("docs/a.md", Read));
    }

    [Fact]
    public void EveryDocumentIsReachedFromTheReadme()
    {
        var reached = new HashSet<string> { "README.md" };
        var queue = new Queue<string>(reached);
        while (queue.TryDequeue(out string? path))
        {
            foreach (string link in new MarkdownDocument(SourceTree.ReadText(path)).Links.Where(link =>
                !link.Contains("://", StringComparison.Ordinal)))
            {
                string target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path) ?? "", link.Split('#')[0]), "/")[1..];
                if (target.EndsWith(".md", StringComparison.Ordinal) && File.Exists(SourceTree.PathOf(target)) && reached.Add(target))
                    queue.Enqueue(target);
            }
        }

        Assert.Empty(SourceTree.TextFiles().Where(path => path.EndsWith(".md", StringComparison.Ordinal)).Except(reached));
    }

    [Fact]
    public void TheReadmeIsShort() => Assert.Null(FindLength(SourceTree.ReadText("README.md")));

    [Fact]
    public void CheckObjectsToALongReadme()
    {
        Assert.Null(FindLength(string.Concat(Enumerable.Repeat("a\n", ReadmeLines))));
        Assert.NotNull(FindLength(string.Concat(Enumerable.Repeat("a\n", ReadmeLines + 1))));
    }

    private static string? FindLength(string readme) =>
        readme.Count(c => c == '\n') is var lines and > ReadmeLines
            ? $"README.md has {lines} lines, at most {ReadmeLines} allowed; details go to docs/guide" : null;

    private static string? ReadOrNull(string path)
    {
        string full = SourceTree.PathOf(path);
        return File.Exists(full) ? File.ReadAllText(full) : Directory.Exists(full) ? "" : null;
    }
}
