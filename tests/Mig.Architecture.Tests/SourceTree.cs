using Mig.Testing;

namespace Mig.Architecture.Tests;

/// <summary>The files of the repository that these tests were built from.</summary>
internal static class SourceTree
{
    private static readonly string[] TextExtensions =
        [".cs", ".py", ".awk", ".csproj", ".props", ".sln", ".md", ".sh", ".json", ".config", ".txt", ".editorconfig", ".gitattributes",
            ".gitignore", ".yml", ""];

    public static string Root => Checkout.Root;

    /// <inheritdoc cref="Checkout.PathOf"/>
    public static string PathOf(string relative) => Checkout.PathOf(relative);

    public static string ReadText(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>Returns the paths in the repository of the C# files below a folder.</summary>
    public static IEnumerable<string> SourceFiles(string folder) =>
        TextFiles(folder).Where(path => path.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>Returns the paths in the repository of all files that hold text, below a folder or everywhere.</summary>
    public static IEnumerable<string> TextFiles(string folder = "") => Walk(PathOf(folder))
        .Where(path => TextExtensions.Contains(Path.GetExtension(path)))
        .Select(path => Path.GetRelativePath(Root, path))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string child in Directory.GetDirectories(folder))
        {
            if (Path.GetFileName(child) is "artifacts" or "bin" or "obj" or ".git" or ".mig" or ".vs" or "fixtures" or "TestResults")
                continue;
            foreach (string path in Walk(child))
                yield return path;
        }

        // In a worktree .git is a file, and no part of the repository.
        foreach (string path in Directory.GetFiles(folder))
        {
            if (Path.GetFileName(path) != ".git")
                yield return path;
        }
    }
}
