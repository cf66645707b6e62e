using Mig.Care.Maintenance;
using Mig.Core;
using Mig.History.Refs;
using Mig.Images.Running;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Running;

/// <summary>The same command on the same image is not run again; whatever is not the same is. The command writes a random number.</summary>
public sealed class RunMemoryTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly ObjectId _start;

    public RunMemoryTests()
    {
        SmallSystem.Disk(_repository.Files, "disk", "ext4");
        _start = _repository.Commit("disk").Id!.Value.Value;
    }

    private static RunRequest Request => new()
    {
        Branch = "main",
        Command = ["sh", "-c", "cat /proc/sys/kernel/random/uuid > /var/made"],
    };

    [Fact]
    public void TheSameIsTakenAndWhatIsNotTheSameIsRun()
    {
        RunResult first = Run(Request);
        Assert.Null(first.Replayed);
        RunResult again = Run(Request with { Message = "again" });
        Assert.Equal(first.Commit!.Id, again.Replayed);
        Assert.Equal(first.Commit.Image, again.Commit!.Image);
        Assert.Equal("again", again.Commit.Message.Trim());
        _repository.AssertClean();

        foreach (RunRequest other in (RunRequest[])
        [
            Request with { Replays = false },
            Request with { HasInput = true },
            Request with { Network = true },
            Request with { WorkingFolder = "/var" },
            Request with { Command = [.. Request.Command, "word"] },
            Request with { Variables = new Dictionary<string, string> { ["NAME"] = "value" } },
        ])
        {
            RunResult result = Run(other);
            Assert.Null(result.Replayed);
            Assert.NotEqual(first.Commit.Image, result.Commit!.Image);
        }

        // On another image it runs, too.
        using Repository repository = _repository.Open();
        Assert.Null(new ImageRunner(repository).Run(Request, TestContext.Current.CancellationToken).Replayed);
    }

    [Fact]
    public void WhatIsLentBelongsToIt()
    {
        _repository.Files.Write("lent", "one");
        RunRequest request = Request with { Binds = [new RunBind(_repository.Files["lent"], "/run/lent", false)] };
        RunResult first = Run(request);
        Assert.Equal(first.Commit!.Id, Run(request).Replayed);
        _repository.Files.Write("lent", "two");
        Assert.Null(Run(request).Replayed);
        RunRequest writable = Request with { Binds = [new RunBind(_repository.Files["lent"], "/run/lent", true)] };
        Run(writable);
        Assert.Null(Run(writable).Replayed);
    }

    [Fact]
    public void DamagedNotesAreAsIfTheyWereNotThere()
    {
        Run(Request);
        string notes = Path.Combine(_repository.Folder, "cache", "runs");
        byte[] bytes = File.ReadAllBytes(notes);
        bytes[40] ^= 1;
        File.WriteAllBytes(notes, bytes);
        Assert.Null(Run(Request).Replayed);
        Assert.NotNull(Run(Request).Replayed);
    }

    [Fact]
    public void AVersionThatNoRefLeadsToIsNotTaken()
    {
        RunResult first = Run(Request);
        using (Repository repository = _repository.Open())
        {
            Reset(repository);
            foreach (RefName name in repository.Refs.ListLogs())
                repository.Refs.ExpireLog(name, entry => entry.After != first.Commit!.Id!.Value.Value);
        }

        RunResult again = Run(Request);
        Assert.Null(again.Replayed);
        using (Repository repository = _repository.Open())
        {
            var everything = new CollectionOptions { PruneBefore = DateTime.MaxValue, GarbageTolerated = 0 };
            new GarbageCollection(repository, everything).Run(TestContext.Current.CancellationToken);
        }

        _repository.AssertClean();
        Assert.Equal(again.Commit!.Id, Run(Request).Replayed);
    }

    public void Dispose() => _repository.Dispose();

    // On the disk that was committed first.
    private RunResult Run(RunRequest request)
    {
        using Repository repository = _repository.Open();
        Reset(repository);
        RunResult result = new ImageRunner(repository).Run(request, TestContext.Current.CancellationToken);
        Assert.Equal(0, result.ExitCode);
        return result;
    }

    private void Reset(Repository repository) =>
        repository.Refs.Update(RefName.Branch("main"), null, _start, repository.Identity.Committer(), "reset");
}
