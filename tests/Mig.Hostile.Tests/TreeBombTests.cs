using Mig.Testing;
using Mig.Tests.Support;
using static Mig.Hostile.Tests.LyingRepository;

namespace Mig.Hostile.Tests;

/// <summary>
/// Branches that stand for more names, or deeper ones, than anybody could look at, in a repository that has them already.
/// </summary>
public sealed class TreeBombTests : IDisposable
{
    private static readonly int[] Documented = [0, 1, 2, 5, 20, 21, 22];

    private readonly TestRepository _repository = new();
    private readonly TestFolder _folder = new();

    public TreeBombTests()
    {
        AddBranch(_repository.Folder, "sound", writer => Directory(writer, Folder("d", Directory(writer, File(writer, "wanted")))));
        AddBranch(_repository.Folder, "bomb", writer => Bomb(writer, 12));
        AddBranch(_repository.Folder, "bomb2", writer => Directory(writer, Folder("e", Bomb(writer, 12)), File(writer, "wanted")));
        AddBranch(_repository.Folder, "deep", writer => Chain(writer, 20_000));
    }

    [Fact]
    public void ASearchLeavesThemOutAndNamesThem()
    {
        for (int i = 0; i < 2; i++)
        {
            (int exitCode, string output) = Mig("search", "--name", "wanted");
            Assert.Equal(22, exitCode);
            Assert.Contains("/d/wanted", output, StringComparison.Ordinal);
            Assert.Contains("bomb: left out: OBJ-012", output, StringComparison.Ordinal);
            Assert.Contains("bomb2: left out: OBJ-012", output, StringComparison.Ordinal);
            Assert.Contains("deep: left out: OBJ-009", output, StringComparison.Ordinal);
        }

        // The control.
        (int control, string found) = Mig("search", "--name", "wanted", "sound");
        Assert.Equal(0, control);
        Assert.DoesNotContain("left out", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bomb", "OBJ-012")]
    [InlineData("deep", "OBJ-009")]
    public void WhoFollowsEveryPathStops(string branch, string code)
    {
        string[][] commands =
        [
            ["extract", $"{branch}:/", _folder["out"]],
            ["diff", "sound", branch],
        ];
        foreach (string[] command in commands)
        {
            (int exitCode, string output) = Mig(command);
            Assert.True(exitCode == 22, $"{command[0]} ended with {exitCode}: {output[..Math.Min(output.Length, 300)]}");
            Assert.Contains(code, output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("bomb")]
    [InlineData("deep")]
    public void EveryVerbEndsWithADocumentedCode(string branch)
    {
        string[][] commands =
        [
            ["show", branch], ["grep", "nothing", branch], ["log", "--stat", branch], ["ls", branch], ["inventory", branch],
                ["audit", branch], ["stats"], ["when", "--sha256", new string('7', 64)], ["fsck"], ["gc"],
        ];
        foreach (string[] command in commands)
        {
            (int exitCode, string output) = Mig(command);
            Assert.True(Documented.Contains(exitCode), $"{command[0]} ended with {exitCode}: {output[..Math.Min(output.Length, 300)]}");
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        _repository.Dispose();
    }

    // The limit of memory ends the process with another code, and time-out with 124: neither is documented.
    private (int ExitCode, string Output) Mig(params string[] arguments) =>
        MigProgram.Finish(MigProgram.Start(
            ["timeout", "300", "env", "DOTNET_GCHeapHardLimit=0x20000000"], ["--repo", _repository.Folder, .. arguments]));
}
