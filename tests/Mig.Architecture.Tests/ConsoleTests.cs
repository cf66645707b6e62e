namespace Mig.Architecture.Tests;

/// <summary>Only Mig.Cli talks to the terminal; a library that prints cannot be used by a server.</summary>
public class ConsoleTests
{
    public static TheoryData<string> Libraries =>
        [.. Directory.GetDirectories(SourceTree.PathOf("src")).Select(path => Path.GetFileName(path)!).Where(name => name != "Mig.Cli")
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void LibraryDoesNotKnowTheConsole(string project) => Assert.False(KnowsConsole(CompiledAssembly.Read(project)));

    [Fact]
    public void CheckSeesAnAssemblyThatKnowsTheConsole()
    {
        Assert.NotNull(Console.Out);
        Assert.True(KnowsConsole(CompiledAssembly.Read("Mig.Architecture.Tests")));
    }

    private static bool KnowsConsole(CompiledAssembly assembly) => assembly.Types.Contains("System.Console");
}
