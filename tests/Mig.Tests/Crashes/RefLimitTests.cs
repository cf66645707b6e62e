using System.Diagnostics;
using Mig.Core;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Crashes;

/// <summary>A file-size limit that not even a ref fits under: an error that says so, and every ref is where it was.</summary>
public sealed class RefLimitTests : IDisposable
{
    private readonly TestRepository _repository = new();

    [Theory]
    [InlineData("branch", "-m", "main", "main/x")]
    [InlineData("branch", "other")]
    [InlineData("tag", "-a", "-m", "a tag", "v1")]
    [InlineData("config", "core.compression", "5")]
    public void NothingMovesAndThatIsSaid(params string[] arguments)
    {
        _repository.Files.Write("disk", FaultTests.Noise(70_000, 1));
        _repository.Commit("disk");
        string before = State();
        using (Process process = MigProgram.Start(["prlimit", "--fsize=30"], ["--repo", _repository.Folder, .. arguments]))
        {
            (int exitCode, string output) = MigProgram.Finish(process);
            Assert.True(exitCode == 4 && output.StartsWith("error: ", StringComparison.Ordinal), $"{exitCode} {output}");
        }

        Assert.Equal(before, State());
        Assert.Empty(_repository.Check().Problems);
    }

    // Whatever file it was that may not be written: locks, too.
    [Fact]
    public void WhoMayNotWriteIsToldSo()
    {
        _repository.Files.Write("disk", FaultTests.Noise(70_000, 1));
        _repository.Commit("disk");
        Tool.Run("bash", "-euc",
            $"chmod 755 '{_repository.Files.Path}'; chown -R 1234 '{_repository.Folder}'; chmod -R a-w '{_repository.Folder}'");
        foreach (string[] arguments in (string[][])[
            ["gc"], ["gc", "--dry-run"], ["branch", "other"], ["tag", "v1"], ["config", "core.compression", "5"],
            ["purge", "-n", "--path", "x"], ["rm", "main:/x"], ["commit", "-m", "x", _repository.Files["disk"]]])
        {
            using Process process = MigProgram.Start(
                ["setpriv", "--reuid", "1234", "--clear-groups"], ["--repo", _repository.Folder, .. arguments]);
            (int exitCode, string output) = MigProgram.Finish(process);
            Assert.True(exitCode == 4 && output.Contains("change the permissions", StringComparison.Ordinal),
                $"{string.Join(' ', arguments)}: {exitCode} {output}");
        }
    }

    public void Dispose() => _repository.Dispose();

    private string State()
    {
        using Repository repository = _repository.Open();
        return string.Join('\n', repository.Refs.List("refs/").Select(item => $"{item.Name} {item.Id}")
            .Append(File.ReadAllText(Path.Combine(_repository.Folder, "config"))));
    }
}
