using System.Diagnostics;
using Mig.Care.Checks;
using Mig.Core;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Concurrency;

/// <summary>Processes and threads that commit, read and merge at the same moment.</summary>
public sealed class ConcurrencyTests : IDisposable
{
    private const int Conflict = 3;

    private readonly TestRepository _repository = new();

    [Fact]
    public void TwoProcessesCommitAtTheSameMoment()
    {
        const int Rounds = 20;
        var contents = new Dictionary<string, byte[]>();
        _repository.Files.Write("first", MixedBytes.Make(100_000, 999));
        CommitId first = _repository.Commit("first").Id!.Value;
        int landed = 0, refused = 0;
        using var reader = new Background(() =>
        {
            string path = _repository.Export("read", revision: first.ToString());
            Assert.True(MixedBytes.Make(100_000, 999).AsSpan().SequenceEqual(File.ReadAllBytes(path)), "the reader got other bytes");
            Assert.Empty(_repository.Check(isQuick: true).Problems);
        });
        for (int round = 0; round < Rounds; round++)
        {
            foreach (string side in (string[])["a", "b"])
                _repository.Files.Write(side, MixedBytes.Make(200_000, (round * 2) + (side == "a" ? 0 : 1)));
            Process[] both = [Start("a"), Start("b")];
            foreach (Process process in both)
            {
                (int exitCode, string output) = MigProgram.Finish(process);
                process.Dispose();
                Assert.True(exitCode is 0 or Conflict, $"round {round}: ended with {exitCode}: {output}");
                landed += exitCode == 0 ? 1 : 0;
                refused += exitCode == Conflict ? 1 : 0;
            }

            // Whoever was refused says why, and the branch has the other; nobody is lost without a word.
            Assert.Equal(landed + 1, History().Count);
        }

        reader.Stop();
        Assert.True(landed >= Rounds && reader.Rounds > 0, $"{landed} landed, {refused} refused");
        CheckReport report = _repository.Check();
        Assert.Empty(report.Problems);
        Assert.Empty(report.Warnings);
    }

    [Fact]
    public void ManyWritersOnOneBranchAllLandInTheEndWhileIndexesAreMerged()
    {
        _repository.Files.Write("disk", MixedBytes.Make(50_000, 1));
        _repository.Commit("disk");
        const int Writers = 3, Commits = 12;
        using var checker = new Background(() => Assert.Empty(_repository.Check().Problems));
        Parallel.For(0, Writers, new ParallelOptions { MaxDegreeOfParallelism = Writers }, writer =>
        {
            for (int i = 0; i < Commits; i++)
            {
                string disk = _repository.Files.Write($"disk{writer}", MixedBytes.Make(60_000, (writer * 100) + i));
                for (int attempt = 0; ; attempt++)
                {
                    try
                    {
                        Assert.NotNull(_repository.Commit(
                            new CommitRequest { Disks = [disk], Message = $"{writer} {i}", AllowEmpty = true }).Id);
                        break;
                    }
                    catch (ConflictException) when (attempt < 1000)
                    {
                        // Another one was first; again, on top of it.
                    }
                }
            }
        });
        checker.Stop();
        Assert.True(checker.Rounds > 0);
        Assert.Equal((Writers * Commits) + 1, History().Count);
        CheckReport report = _repository.Check();
        Assert.Empty(report.Problems);
        foreach ((string message, CommitId id) in History())
        {
            if (message.Split(' ') is not [{ Length: 1 } writer, { } number] || !char.IsAsciiDigit(writer[0]))
                continue;
            byte[] expected = MixedBytes.Make(60_000, (int.Parse(writer, System.Globalization.CultureInfo.InvariantCulture) * 100)
                + int.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
            Assert.True(expected.AsSpan().SequenceEqual(
                File.ReadAllBytes(_repository.Export("out", revision: id.ToString(), format: "raw"))), message);
        }
    }

    [Fact]
    public void TwoProcessesExportToTheSameName()
    {
        byte[] content = MixedBytes.Make(500_000, 3);
        _repository.Files.Write("disk", content);
        _repository.Commit("disk");
        for (int round = 0; round < 4; round++)
        {
            string target = _repository.Files["target"];
            File.Delete(target);
            Process[] both = [.. Enumerable.Range(0, 2)
                .Select(_ => MigProgram.Start([], "--repo", _repository.Folder, "checkout", "HEAD", "-o", target))];
            int[] codes = [.. both.Select(process => MigProgram.Finish(process).ExitCode)];
            Assert.Contains(0, codes);
            Assert.All(codes, code => Assert.True(code is 0 or Conflict));
            Assert.Equal(content, File.ReadAllBytes(target));
        }

        Assert.DoesNotContain(Directory.EnumerateFiles(_repository.Files.Path), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void ADiskThatShrinksWhileItIsCommittedIsAnError()
    {
        string disk = _repository.Files.Write("disk", MixedBytes.Make(3_000_000, 3));
        using Repository repository = _repository.Open();
        var progress = new Shrink(disk);
        Assert.Throws<ChangedFileException>(() => new ImageCommitter(repository)
            .Commit(new CommitRequest { Disks = [disk], Message = "x", Progress = progress }, TestContext.Current.CancellationToken));
        Assert.True(repository.Refs.ReadHead().IsUnborn);
        Assert.Empty(_repository.Check().Problems);
    }

    public void Dispose() => _repository.Dispose();

    private Process Start(string disk) => MigProgram.Start([], "--repo", _repository.Folder, "commit", "-m", disk, _repository.Files[disk]);

    private List<(string Message, CommitId Id)> History()
    {
        using Repository repository = _repository.Open();
        return [.. repository.Walk.Walk([new CommitId(repository.Refs.ReadHead().Id!.Value)])
            .Select(walked => (walked.Commit.Subject, walked.Id))];
    }

    private sealed class Shrink(string path) : IProgressSink
    {
        public void Begin(string phase, long totalBytes) => Tool.Run("truncate", "-s", "100000", path);

        public void Advance(long bytes)
        {
        }
    }
}
