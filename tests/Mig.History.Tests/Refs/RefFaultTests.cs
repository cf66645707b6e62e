using Mig.Core;
using Mig.Core.Host;
using Mig.History.Refs;
using Mig.History.Tests.Commits;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Refs;

/// <summary>
/// Each step of each kind of update fails, once or from there on (which leaves what a kill leaves). What throws has moved nothing, what
/// does not has moved all, and the next update finds one or the other. The judge reads the files without mig's code.
/// </summary>
public sealed class RefFaultTests : IDisposable
{
    private static readonly RefName Main = RefName.Branch("main");
    private static readonly RefName Side = RefName.Branch("side");
    private static readonly ObjectId One = Samples.Id(1);
    private static readonly ObjectId Two = Samples.Id(2);
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly SortedDictionary<string, string> _before;
    private readonly List<string> _notices = [];

    public RefFaultTests()
    {
        RefStore refs = RefStore.Initialize(_folder.Path, Main);
        refs.Update(Main, null, One, Samples.Who, "first");
        foreach (string branch in (string[])["side", "a/b", "c"])
            refs.Update(RefName.Branch(branch), null, One, Samples.Who, branch);
        RefName tracking = RefName.RemoteBranch("origin", "main");
        refs.BeginTransaction(Samples.Who).Update(tracking, null, One, "fetch")
            .SetSymbolic(RefName.RemoteBranch("origin", "HEAD"), tracking, "fetch").Commit();
        File.WriteAllText(_folder["config"], "[branch \"side\"]\n\tremote = origin\n");
        _before = RefSnapshot.Read(_folder.Path);
    }

    public static TheoryData<string> Updates { get; } = new(Kinds.Keys);

    private static Dictionary<string, Action<RefStore>> Kinds => new()
    {
        ["commit"] = refs => refs.Update(RefName.Head, One, Two, Samples.Who, "commit: a"),
        ["tag"] = refs => refs.Update(RefName.Tag("v1"), default(ObjectId), Two, Samples.Who, ""),
        ["checkout"] = refs => refs.AttachHead(Side, Samples.Who, "checkout: moving from main to side"),
        ["detach"] = refs => refs.DetachHead(Two, Samples.Who, "checkout: moving from main to 2"),
        ["checkout -b"] = refs => refs.BeginTransaction(Samples.Who).Update(RefName.Branch("x/y/z"), default(ObjectId), One, "branch")
            .AttachHead(RefName.Branch("x/y/z"), "checkout").Commit(),
        ["derive"] = refs => Many(refs, 3),
        ["derive of many"] = refs => Many(refs, 70),
        ["branch -m side side/x"] = refs => Rename(refs, Side, RefName.Branch("side/x")),
        ["branch -m a/b a"] = refs => Rename(refs, RefName.Branch("a/b"), RefName.Branch("a")),
        ["branch -m main trunk"] = refs => Rename(refs, Main, RefName.Branch("trunk")),
        ["branch -M side c"] = refs => refs.Rename(Side, RefName.Branch("c"), Samples.Who, force: true),
        ["branch -d"] = refs => refs.BeginTransaction(Samples.Who).Delete(RefName.Branch("a/b"), One, "deleted")
            .Configure(document => document.RemoveSection("branch", "side")).Commit(),
        ["fetch --prune"] = refs => refs.BeginTransaction(Samples.Who).Delete(Side, One, "prune")
            .Delete(RefName.Branch("a/b"), One, "prune").Update(RefName.Branch("a"), default(ObjectId), Two, "fetch").Commit(),
        ["remote rename"] = refs => refs.BeginTransaction(Samples.Who)
            .Rename(RefName.RemoteBranch("origin", "main"), RefName.RemoteBranch("up", "main"))
            .Delete(RefName.RemoteBranch("origin", "HEAD"), null, "renamed")
                .SetSymbolic(RefName.RemoteBranch("up", "HEAD"), RefName.RemoteBranch("up", "main"), "renamed")
            .Configure(document => document.RenameSection("branch", "side", "branch", "up")).Commit(),
        ["reflog expire"] = refs => refs.ExpireLog(RefName.Head, entry => entry.Reason != "first"),
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Updates))]
    public void EveryStepThatFailsLeavesAllOrNone(string kind)
    {
        Action<RefStore> update = Kinds[kind];
        update(Open());
        SortedDictionary<string, string> after = RefSnapshot.Read(_folder.Path);
        Assert.NotEqual(_before, after);
        foreach (bool lasts in (bool[])[false, true])
        {
            for (long n = 1, failures = 1; failures > 0; n += kind == "derive of many" ? 5 : 1)
            {
                Reset();
                _notices.Clear();
                Exception? thrown;
                using (FileFault fault = FileFault.Install(_folder.Path, n, Errno.InputOutput, lasts))
                {
                    thrown = Record.Exception(() => update(Open()));
                    failures = fault.Failures;
                    Assert.True(thrown is null or IOException, $"{n}: {thrown}");
                    Assert.True(n < 2000, "it never ends");
                }

                // Before the next command, a reader sees the one or the other.
                string what =
                    $"{kind}, step {n}, {(lasts ? "and all after it" : "alone")}: {thrown?.Message ?? string.Join(' ', _notices)}";
                bool isPending = File.Exists(_folder["journal"]);
                bool hasMoved = isPending || RefSnapshot.Read(_folder.Path).SequenceEqual(after);
                Open().Finish();
                SortedDictionary<string, string> now = RefSnapshot.Read(_folder.Path);
                Assert.True(now.SequenceEqual(hasMoved ? after : _before), what);
                Assert.False(File.Exists(_folder["journal"]));

                // The exit code is true. Only when a published journal can be neither synced nor taken back is it not known.
                if (!lasts)
                    Assert.True(thrown is null == hasMoved, what);
                if (thrown is null && isPending)
                    Assert.Single(_notices);
            }
        }
    }

    [Fact]
    public void NegativeControlAHalfStateIsNoticed()
    {
        Many(Open(), 3);
        SortedDictionary<string, string> after = RefSnapshot.Read(_folder.Path);
        File.Delete(_folder["refs/heads/host1"]);
        SortedDictionary<string, string> half = RefSnapshot.Read(_folder.Path);
        Assert.False(half.SequenceEqual(after) || half.SequenceEqual(_before));
    }

    [Fact]
    public void AFullDiskMovesNothing()
    {
        for (long n = 1, failures = 1; failures > 0; n++)
        {
            Reset();
            using FileFault fault = FileFault.Install(_folder.Path, n, Errno.NoSpace, lasts: true);
            Exception? thrown = Record.Exception(() => Many(Open(), 3));
            failures = fault.Failures;
            Assert.Equal(thrown is not null, RefSnapshot.Read(_folder.Path).SequenceEqual(_before) && !File.Exists(_folder["journal"]));
        }
    }

    [Fact]
    public void ALastSyncThatFailsIsAWarning()
    {
        using (FileFault.Install(_folder.Path, 1, Errno.InputOutput, lasts: true, (step, path) =>
            step == FileStep.SyncFolder && path.EndsWith("refs/heads", StringComparison.Ordinal)))
            Open().Update(Main, One, Two, Samples.Who, "commit: a");
        Assert.Contains("the refs have moved", Assert.Single(_notices), StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["journal"]));
        Assert.Equal(Two, Open().Resolve(Main));
        Open().Update(Main, Two, One, Samples.Who, "back");
        Assert.Equal(["back", "commit: a", "first"], Open().ReadLog(Main).Select(entry => entry.Reason));
    }

    private static void Rename(RefStore refs, RefName from, RefName to) =>
        refs.BeginTransaction(Samples.Who).Rename(from, to)
            .Configure(document => document.RenameSection("branch", "side", "branch", "moved")).Commit();

    private static void Many(RefStore refs, int count)
    {
        RefTransaction transaction = refs.BeginTransaction(Samples.Who);
        for (int i = 0; i < count; i++)
            transaction.Update(RefName.Branch($"host{i}"), default(ObjectId), Samples.Id(i + 5), "derive");
        transaction.Commit();
    }

    private RefStore Open() => new(_folder.Path, notice: _notices.Add);

    private void Reset()
    {
        RefSnapshot.Write(_folder.Path, _before);
        File.Delete(_folder["journal"]);
    }
}
