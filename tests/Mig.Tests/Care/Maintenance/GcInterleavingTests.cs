using System.Diagnostics;
using Mig.Care.Maintenance;
using Mig.Core;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Tests.Crashes;
using Mig.Tests.Support;

namespace Mig.Tests.Care.Maintenance;

/// <summary>
/// Two processes, step by step: one is stopped before each of its system calls that matter, the other does all of its work there, and the
/// first goes on. The repository has a version that nothing leads to, and the other process always needs just that.
/// </summary>
public sealed class GcInterleavingTests : IDisposable
{
    // Around locks and names; the long run (eng/crash.sh) stops at syncs, writes and files that are opened, too.
    private static readonly string[] Calls =
        ["flock", "rename", "unlink", .. Killing.IsLong ? ["fsync", "openat", "pwrite64"] : (string[])[]];

    private readonly TestRepository _repository = new();
    private readonly byte[] _kept = MixedBytes.Make(300_000, 1);
    private readonly byte[] _dropped;
    private readonly ObjectId _droppedId;

    public GcInterleavingTests()
    {
        _dropped = [.. _kept];
        MixedBytes.Make(200_000, 2).CopyTo(_dropped, 50_000);
        _repository.Files.Write("kept", _kept);
        _repository.Files.Write("dropped", _dropped);
        ObjectId kept = _repository.Commit("kept").Id!.Value.Value;
        _droppedId = _repository.Commit("dropped").Id!.Value.Value;
        using Repository repository = _repository.Open();
        repository.Refs.Update(RefName.Branch("main"), null, kept, repository.Identity.Committer(), "back");
        foreach (RefName name in repository.Refs.ListLogs())
            LogExpiry.Run(repository.Refs, name, DateTime.MaxValue);
    }

    private string Copy => _repository.Files["copy"];

    [Fact]
    public void Collections_at_every_step_of_a_commit_take_nothing_from_it()
    {
        int points = 0, deleted = 0;
        ForEachStep(["--repo", Copy, "commit", "-m", "again", _repository.Files["dropped"]], frozen =>
        {
            points++;
            deleted += Collect().Blocker is null ? 1 : 0;
            (int exitCode, string output) = frozen.Thaw();
            Assert.True(exitCode == 0, output);
            AssertExports("HEAD", _dropped);
        });
        Say($"{points} steps, at {deleted} of them the collection could delete");
        Assert.True(deleted > 0 && deleted < points, $"{points} steps, {deleted} deletions");
    }

    [Fact]
    public void Collections_at_every_step_of_an_export_do_not_disturb_it()
    {
        int points = 0;
        string target = _repository.Files["target"];
        ForEachStep(
            ["--repo", Copy, "checkout", "main", "-o", target, "--force"],
            frozen =>
            {
                points++;
                Collect();
                (int exitCode, string output) = frozen.Thaw();
                Assert.True(exitCode == 0, output);
                Assert.Equal(_kept, File.ReadAllBytes(target));
            },
            ["openat", "pread64"]);
        Say($"{points} steps");
        Assert.True(points > 3, $"{points} steps");
    }

    [Theory]
    [InlineData("commit")]
    [InlineData("branch")]
    [InlineData("export")]
    [InlineData("push")]
    public void Commands_at_every_step_of_a_collection_succeed_or_say_why(string command)
    {
        // A clone from which the dropped version comes back.
        string source = _repository.Files["source"], target = _repository.Files["target"];
        Tool.Run("cp", "-r", _repository.Folder, source);
        Tool.Run("sh", "-c", $"echo {_droppedId} > '{source}/refs/heads/main'");
        string[] arguments = command switch
        {
            "commit" => ["--repo", Copy, "commit", "-m", "again", _repository.Files["dropped"]],
            "branch" => ["--repo", Copy, "branch", "again", _droppedId.ToString()],
            "push" => ["--repo", source, "push", Copy, "main:again"],
            _ => ["--repo", Copy, "checkout", "main", "-o", target, "--force"],
        };
        int points = 0, succeeded = 0;
        ForEachStep(["--repo", Copy, "gc", "--prune=now", "--full"], frozen =>
        {
            points++;
            using Process process = MigProgram.Start([], arguments);
            Task<(int ExitCode, string Output)> other = Task.Run(() => MigProgram.Finish(process));

            // While the collection holds the lock, the other one waits for it.
            other.Wait(TimeSpan.FromMilliseconds(600));
            (int exitCode, string output) = frozen.Thaw();
            Assert.True(exitCode == 0, output);
            (int otherCode, string otherOutput) = other.GetAwaiter().GetResult();
            succeeded += otherCode == 0 ? 1 : 0;
            Assert.True(otherCode == 0 || (command == "branch" && otherCode == 1) || (command == "push" && otherCode is 1 or 3 or 22 or 23),
                $"{otherCode}: {otherOutput}");
            if (otherCode == 0 && command == "export")
                Assert.Equal(_kept, File.ReadAllBytes(target));
            else if (otherCode == 0)
                AssertExports(command == "commit" ? "HEAD" : "again", _dropped);
        });
        Say($"{points} steps, at {succeeded} of them {command} succeeded");
        Assert.True(points > 8 / Killing.Stride && succeeded > 0, $"{points} steps, {succeeded} successes");
        if (command is "commit" or "export")
            Assert.Equal(points, succeeded);
    }

    [Fact]
    public void A_collection_killed_at_every_step_loses_nothing()
    {
        int points = 0;
        foreach (string call in Calls.Append("fsync"))
        {
            for (int n = 1; ; n += Killing.Stride)
            {
                Reset();
                using Process process = MigProgram.Start(
                    ["strace", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=SIGKILL:when={n}"],
                    "--repo", Copy, "gc", "--prune=now", "--full");
                (int exitCode, string output) = MigProgram.Finish(process);
                AssertExports("main", _kept);
                if (exitCode == 0)
                    break;
                Assert.True(exitCode is 137 or -9 or 9, output);
                points++;

                // The next one takes what this one left.
                Collect();
                TestRepository.Check(Copy).Warnings.ToList()
                    .ForEach(warning => Assert.DoesNotContain("in no index", warning, StringComparison.Ordinal));
                AssertExports("main", _kept);
            }
        }

        Say($"{points} kills");
        Assert.True(points > 8 / Killing.Stride);
    }

    public void Dispose() => _repository.Dispose();

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    private void ForEachStep(string[] arguments, Action<FrozenProcess> act, params string[] calls)
    {
        foreach (string call in calls.Length > 0 ? calls : Calls)
        {
            // Most of what is read belongs to the runtime.
            for (int n = 1; ; n += call == "pread64" && !Killing.IsLong ? 12 : Killing.Stride)
            {
                Reset();
                using var frozen = new FrozenProcess(call, n, arguments);
                if (!frozen.IsFrozen)
                    break;
                act(frozen);
                Assert.Empty(TestRepository.Check(Copy).Problems);
                Assert.True(n < 500, "it never ends");
            }
        }
    }

    private CollectionReport Collect()
    {
        using Repository repository = TestRepository.Open(Copy);
        return new GarbageCollection(repository, new CollectionOptions
        {
            PruneBefore = DateTime.MaxValue, GarbageTolerated = 0,
            Patience = TimeSpan.FromMilliseconds(50)
        }).Run(TestContext.Current.CancellationToken);
    }

    private void AssertExports(string revision, byte[] expected)
    {
        Assert.Empty(TestRepository.Check(Copy).Problems);
        string exported = TestRepository.Export(Copy,
            new Mig.Images.Export.ExportRequest { Path = _repository.Files["out"], Format = "raw", Revision = revision, Overwrite = true });
        Assert.Equal(expected, File.ReadAllBytes(exported));
    }

    private void Reset()
    {
        if (Directory.Exists(Copy))
            Directory.Delete(Copy, recursive: true);
        TestFolder.Copy(_repository.Folder, Copy);
    }
}
