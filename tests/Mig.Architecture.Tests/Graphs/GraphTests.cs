namespace Mig.Architecture.Tests.Graphs;

/// <summary>
/// docs/architecture.svg shows the references that the compiler wrote down. <c>eng/graph.sh</c> runs these tests with
/// <c>MIG_UPDATE_DOCS=1</c>, which writes it anew, and with a file in <c>MIG_GRAPH_TEXT</c>, which the same as text goes to.
/// </summary>
public class GraphTests
{
    private const string Picture = "docs/architecture.svg";

    [Fact]
    public void ThePictureShowsTheCompiledReferences()
    {
        ReferenceGraph projects = ProjectReferences.Read(), wings = Wings.Read();
        string drawn = ArchitecturePicture.Draw(projects, wings, "Mig");
        if (Environment.GetEnvironmentVariable("MIG_GRAPH_TEXT") is { Length: > 0 } path)
            File.WriteAllText(path, $"{projects.ToText()}\nThe wings of Mig, with the number of pairs of types:\n{wings.ToText()}");
        if (Environment.GetEnvironmentVariable("MIG_UPDATE_DOCS") == "1")
            File.WriteAllText(SourceTree.PathOf(Picture), drawn);
        Assert.Null(FindStaleness(drawn, SourceTree.ReadText(Picture)));
    }

    [Fact]
    public void AnArrowThatCameMakesThePictureStale()
    {
        ReferenceGraph wings = Graph("A", "B");
        string before = ArchitecturePicture.Draw(Graph("P", "Q"), wings, "P");
        Assert.Null(FindStaleness(ArchitecturePicture.Draw(Graph("P", "Q"), wings, "P"), before));
        Assert.Contains("eng/graph.sh", FindStaleness(ArchitecturePicture.Draw(Graph("P", "Q", ("P", "Q")), wings, "P"), before),
            StringComparison.Ordinal);
        Assert.NotNull(FindStaleness(ArchitecturePicture.Draw(Graph("P", "Q"), Graph("A", "B", ("B", "A")), "P"), before));
    }

    [Fact]
    public void EveryProjectIsDrawn()
    {
        ReferenceGraph projects = ProjectReferences.Read();
        Assert.Equal(Directory.GetDirectories(SourceTree.PathOf("src")).Length, projects.Names.Count);
        string drawn = ArchitecturePicture.Draw(projects, Wings.Read(), "Mig");
        Assert.All(projects.Names, name => Assert.Contains($">{name}</text>", drawn, StringComparison.Ordinal));
        Assert.True(projects.Has("Mig.Cli", "Mig"), projects.ToText());
    }

    [Theory]
    [InlineData("SampleBase")]
    [InlineData("SampleInterface")]
    [InlineData("SampleField")]
    [InlineData("SampleParameter")]
    [InlineData("SampleArgument")]
    [InlineData("SampleCall")]
    [InlineData("SampleInLambda")]
    [InlineData("SampleCaught")]
    [InlineData("SampleConstraint")]
    [InlineData("SampleAttribute")]
    public void EveryKindOfReferenceIsSeen(string name)
    {
        ReferenceGraph graph = TypeReferences.Read(
            typeof(GraphTests).Assembly.Location, (_, type) => type.StartsWith("Sample", StringComparison.Ordinal) ? type : null);
        Assert.True(graph.Has("Sample", name), graph.ToText());
        Assert.False(graph.Has("Sample", "SampleUnused"), graph.ToText());
        Assert.False(graph.Has(name, "Sample"), graph.ToText());
    }

    private static string? FindStaleness(string drawn, string written) =>
        drawn == written ? null : $"{Picture} does not show the references that are compiled now; run eng/graph.sh";

    private static ReferenceGraph Graph(string first, string second, params (string, string)[] arrows) =>
        new([first, second], arrows.ToDictionary(arrow => arrow, _ => 1));
}
