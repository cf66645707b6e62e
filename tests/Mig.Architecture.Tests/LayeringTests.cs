namespace Mig.Architecture.Tests;

/// <summary>Who may know whom: the table of docs/architecture.md, held by the compiled references.</summary>
public class LayeringTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Mig.Core"] = [],
        ["Mig.Archives"] = ["Mig.Core"],
        ["Mig.Disks"] = ["Mig.Archives", "Mig.Core"],
        ["Mig.FileSystems"] = ["Mig.Core"],
        ["Mig.Store"] = ["Mig.Core"],
        ["Mig.History"] = ["Mig.Store", "Mig.Core"],
        ["Mig.Catalog"] = ["Mig.History", "Mig.Store", "Mig.Core"],
        ["Mig.Transfer"] = ["Mig.History", "Mig.Store", "Mig.Core"],
        ["Mig.Nbd"] = ["Mig.Core"],
        ["Mig.Fuse"] = ["Mig.Core"],
        ["Mig.Machines"] = ["Mig.Disks", "Mig.History", "Mig.Store", "Mig.Core"],
        ["Mig"] = ["Mig.Archives", "Mig.Disks", "Mig.FileSystems", "Mig.Store", "Mig.History", "Mig.Catalog", "Mig.Transfer",
            "Mig.Machines", "Mig.Nbd", "Mig.Fuse", "Mig.Core"],
        ["Mig.Git"] = ["Mig", "Mig.Machines", "Mig.History", "Mig.Store", "Mig.Core"],
        ["Mig.Cli"] = ["Mig", "Mig.Git", "Mig.Machines", "Mig.Catalog", "Mig.Transfer", "Mig.History", "Mig.Core"],
    };

    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(SourceTree.PathOf("src")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void AssemblyKnowsOnlyTheLayersBelow(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out string[]? allowed), $"{project} is not in the table of layers");
        Assert.Empty(Violations(CompiledAssembly.Read(project), allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectFileKnowsOnlyTheLayersBelow(string project)
    {
        var file = System.Xml.Linq.XDocument.Load(SourceTree.PathOf($"src/{project}/{project}.csproj"));
        IEnumerable<string> references = file.Descendants("ProjectReference")
            .Select(item => Path.GetFileNameWithoutExtension(item.Attribute("Include")!.Value));
        Assert.Empty(references.Except(Allowed[project]));
    }

    [Fact]
    public void CheckObjectsToAReferenceThatIsNotAllowed()
    {
        CompiledAssembly history = CompiledAssembly.Read("Mig.History");
        Assert.Equal(["Mig.Store"], Violations(history, ["Mig.Core"]));
    }

    [Fact]
    public void TableIsTheOneInTheDocument()
    {
        IEnumerable<(string Project, string[] May)> rows = SourceTree.ReadText("docs/architecture.md").Split('\n')
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 5 && cells[1].StartsWith("`Mig", StringComparison.Ordinal))
            .Select(cells => (cells[1].Trim('`'), cells[3] == "–" ? [] : cells[3].Split(", ")
                .Select(name => name == "`Mig`" ? "Mig" : $"Mig.{name}").ToArray()));
        Assert.Equal(
            Allowed.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{pair.Key}: {string.Join(' ', pair.Value.Order(StringComparer.Ordinal))}"),
            rows.OrderBy(row => row.Project, StringComparer.Ordinal)
                .Select(row => $"{row.Project}: {string.Join(' ', row.May.Order(StringComparer.Ordinal))}"));
    }

    private static string[] Violations(CompiledAssembly assembly, string[] allowed) =>
        [.. assembly.Assemblies.Where(name => name == "Mig" || name.StartsWith("Mig.", StringComparison.Ordinal)).Except(allowed)
            .Order(StringComparer.Ordinal)];
}
