using System.Diagnostics;
using Mig.Care.Checks;
using Mig.Core;
using Mig.Images.Export;
using Mig.Images.Sessions;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Crashes;

/// <summary>
/// The program is killed (<c>kill -9</c>) before each system call that changes a file, and at random moments. After each kill the
/// repository is sound, holds the version before or the new one, and the same command, given again, succeeds.
/// </summary>
public sealed class CrashTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly byte[] _old;
    private readonly byte[] _new;

    public CrashTests()
    {
        // Four versions: the fifth merges their indexes, so that unlinking is among the steps.
        byte[] disk = MixedBytes.Make(600_000, 1);
        for (int version = 0; version < 4; version++)
        {
            disk[version * 1000] ^= 0xFF;
            _repository.Files.Write("disk", disk);
            _repository.Commit("disk");
        }

        _old = [.. disk];
        MixedBytes.Make(400_000, 2).CopyTo(disk, 100_000);
        _new = disk;
        _repository.Files.Write("disk", disk);
    }

    private string Copy => _repository.Files["copy"];

    [Fact]
    public void CommitKilledAtEveryStep()
    {
        int points = Killing.AtEveryStep(["--repo", Copy, "commit", "-m", "new", _repository.Files["disk"]], ResetRepository, () =>
            CheckCommit());
        Assert.True(points > 30 / Killing.Stride, $"{points} steps");
    }

    [Fact]
    public void FirstCommitKilledAtEveryStep()
    {
        int points = Killing.AtEveryStep(
            ["--repo", Copy, "commit", "-m", "new", _repository.Files["disk"]],
            () =>
            {
                Remove(Copy);
                Repository.Initialize(Copy, isBare: true, TestRepository.Context);
            },
            () => CheckCommit(isFirst: true));
        Assert.True(points > 25 / Killing.Stride, $"{points} steps");
    }

    // What the session held when it was killed it holds, and the same command makes the same version, once.
    [Fact]
    public void SessionCommitKilledAtEveryStep()
    {
        using (Repository repository = _repository.Open())
        {
            repository.Sessions.Start("s", "main");
            using OpenSession session = repository.Sessions.Open("s");
            session.Disks[0].Write(0, _new);
            session.Flush();
        }

        string[] command = ["--repo", Copy, "session", "commit", "s", "-m", "new"];
        ResetRepository();
        Run(command);
        ImageId wanted;
        using (Repository done = TestRepository.Open(Copy))
            wanted = done.Revisions.ResolveImage("main");
        int points = Killing.AtEveryStep(command, ResetRepository, () =>
        {
            using (Repository repository = TestRepository.Open(Copy))
            {
                byte[] held = new byte[_new.Length];
                using (OpenSession session = repository.Sessions.Open("s"))
                    session.Disks[0].ReadExactly(0, held);
                Assert.True(_new.AsSpan().SequenceEqual(held), "the session holds something else");
                repository.Sessions.Commit("s", "new", cancellation: TestContext.Current.CancellationToken);
                Assert.Equal(wanted, repository.Revisions.ResolveImage("main"));
                Assert.Equal(5, repository.Commits.List("main").Count());
            }

            Assert.Empty(TestRepository.Check(Copy).Problems);
        }, Killing.IsLong ? null : ["rename", "fsync"]);
        Assert.True(points > 2, $"{points} steps");
    }

    [Fact]
    public void ExportKilledAtEveryStep()
    {
        string target = _repository.Files["target"];
        ResetRepository();
        int points = Killing.AtEveryStep(
            ["--repo", Copy, "checkout", "HEAD", "-o", target],
            () => File.Delete(target),
            () => Assert.True(!File.Exists(target) || File.ReadAllBytes(target).AsSpan().SequenceEqual(_old),
                "half a disk has the final name"));
        Assert.True(points >= Math.Max(1, 3 / Killing.Stride), $"{points} steps");

        // What the killed ones left goes with the next export.
        Run(["--repo", Copy, "checkout", "HEAD", "-o", target, "--force"]);
        Assert.DoesNotContain(Directory.EnumerateFiles(_repository.Files.Path), path => path.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.Empty(TestRepository.Check(Copy).Problems);
    }

    [Fact]
    public void CommitKilledAtRandomMoments()
    {
        ResetRepository();
        var watch = Stopwatch.StartNew();
        Run(["--repo", Copy, "commit", "-m", "new", _repository.Files["disk"]]);
        int longest = (int)watch.ElapsedMilliseconds;
        var random = new Random(4);
        int killed = 0, landed = 0;
        for (int i = 0; i < Killing.RandomKills; i++)
        {
            ResetRepository();
            using Process process = MigProgram.Start([], "--repo", Copy, "commit", "-m", "new", _repository.Files["disk"]);
            Thread.Sleep(random.Next(longest));
            process.Kill();
            process.WaitForExit();
            killed += process.ExitCode == 0 ? 0 : 1;
            landed += CheckCommit() ? 1 : 0;
        }

        Killing.Say($"{killed} of {Killing.RandomKills} killed, {landed} landed");
        Assert.True(killed > 0);
    }

    [Theory]
    [InlineData("pwrite64", "ENOSPC")]
    [InlineData("fsync", "EIO")]
    [InlineData("rename", "ENOSPC")]
    public void EveryStepThatFailsLeavesTheOldState(string step, string error)
    {
        int failures = 0;
        for (int n = 1; ; n += Killing.Stride)
        {
            ResetRepository();
            (int exitCode, string output) =
                Killing.Trace($"{step}:error={error}:when={n}", ["--repo", Copy, "commit", "-m", "new", _repository.Files["disk"]]);
            bool isNew = CheckCommit();
            Assert.True(exitCode != 0 || isNew, $"{step} {n}: it says that it succeeded, and there is no commit: {output}");
            Assert.DoesNotContain("AggregateException", output, StringComparison.Ordinal);
            if (exitCode == 0)
                break;
            failures++;
        }

        Killing.Say($"{failures} failures of {step}");
        Assert.True(failures > 0);
    }

    [Fact]
    public void TheJudgeNoticesAHalfWrittenCommit()
    {
        // Negative control: a pack that is cut short under its name must not pass.
        ResetRepository();
        string pack = Directory.EnumerateFiles(Path.Combine(Copy, "packs"), "*.pack").First();
        using (FileStream file = File.OpenWrite(pack))
            file.SetLength(file.Length - 1);
        Assert.ThrowsAny<Exception>(() => CheckCommit());
    }

    public void Dispose() => _repository.Dispose();

    private static void Run(string[] arguments)
    {
        using Process process = MigProgram.Start([], arguments);
        (int exitCode, string output) = MigProgram.Finish(process);
        Assert.True(exitCode == 0, output);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private void ResetRepository()
    {
        Remove(Copy);
        TestFolder.Copy(_repository.Folder, Copy);
    }

    // Returns whether the new version is there.
    private bool CheckCommit(bool isFirst = false)
    {
        bool isNew;
        CheckReport report = TestRepository.Check(Copy);
        Assert.Empty(report.Problems);
        using (Repository repository = TestRepository.Open(Copy))
        {
            ObjectId? head = repository.Refs.ReadHead().Id;
            using Repository original = _repository.Open();
            isNew = head != (isFirst ? null : original.Refs.ReadHead().Id);
        }

        if (!isFirst || isNew)
            AssertContent("HEAD", isNew ? _new : _old);
        if (!isFirst && isNew)
            AssertContent("HEAD~1", _old);

        // Again, and now to the end.
        CommitResult again = TestRepository.Commit(Copy, new CommitRequest { Disks = [_repository.Files["disk"]], Message = "new" });
        Assert.Equal(isNew, again.Id is null);
        AssertContent("HEAD", _new);
        report = TestRepository.Check(Copy);
        Assert.Empty(report.Problems);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Copy, "tmp")));
        return isNew;
    }

    private void AssertContent(string revision, byte[] content)
    {
        string path = TestRepository.Export(
            Copy, new ExportRequest { Path = _repository.Files["out"], Format = "raw", Revision = revision, Overwrite = true });
        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(path)), $"{revision} is not what was committed");
    }
}
