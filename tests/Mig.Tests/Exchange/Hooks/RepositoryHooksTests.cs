using Mig.Care.Checks;
using Mig.Core;
using Mig.Exchange.Hooks;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Versions.Commits;

namespace Mig.Tests.Exchange.Hooks;

public class RepositoryHooksTests
{
    private static readonly ObjectId One = ObjectId.Of("one"u8), Two = ObjectId.Of("two"u8);
    private static readonly string None = new('0', 64);

    [Fact]
    public void CommitAsksInOrderAndTellsAtTheEnd()
    {
        using var hooks = new HookFolder();
        hooks.Write("commit-msg", "echo commit-msg $(cat \"$1\"); echo 'Ticket: 7' >> \"$1\"");
        hooks.Write("pre-commit", "echo pre-commit $MIG_COMMIT; ls \"$MIG_DIR/packs\" | grep -c idx");
        hooks.Write("post-commit", "echo post-commit [$MIG_COMMIT]; exit 3");
        CommitResult result = Commit(hooks, 1);
        Assert.Equal("a version\nTicket: 7\n", hooks.Repository.Objects.ReadCommit(result.Id!.Value).Message);
        Assert.Equal("a version\nTicket: 7\n", result.Message);
        Assert.Equal(
            $"commit-msg a version\npre-commit {result.Id}\n1\npost-commit [{result.Id}]\nwarning: hook post-commit ended with 3, which "
            + "changes nothing: what it was told of has happened\n", hooks.Said);
        Assert.Empty(Directory.GetFiles(hooks.Images.Folder, "COMMIT_EDITMSG*"));
        hooks.Images.AssertClean();
    }

    [Theory]
    [InlineData("commit-msg", false)]
    [InlineData("pre-commit", true)]
    public void HookThatSaysNoStopsACommit(string name, bool leavesObjects)
    {
        using var hooks = new HookFolder();
        CommitResult before = Commit(hooks, 1);
        hooks.Write(name, "echo its own words >&2; exit 4");
        var refused = Assert.Throws<HookRefusedException>(() => Commit(hooks, 2));
        Assert.Equal((name, 4), (refused.Hook, refused.ExitCode));
        Assert.Equal($"hook {name} refused (it ended with 4); nothing was committed; '--no-verify' goes past it", refused.Message);
        Assert.Equal("its own words\n", hooks.Said);
        Assert.Equal(before.Id!.Value.Value, hooks.Repository.Refs.ReadHead().Id);
        CheckReport report = hooks.Images.Check();
        Assert.Empty(report.Problems);
        Assert.Equal(leavesObjects, report.Unreachable > 0);

        // The same commit is not taken in twice, and goes past the hook when asked to.
        CommitResult after = Commit(hooks, 2, noVerify: true);
        Assert.NotNull(after.Id);
        Assert.Equal(after.Id!.Value.Value, hooks.Repository.Refs.ReadHead().Id);
        hooks.Images.AssertClean();
    }

    [Fact]
    public void MessageThatAHookEmptiedStopsACommit()
    {
        using var hooks = new HookFolder();
        hooks.Write("commit-msg", ": > \"$1\"");
        Assert.Contains("left an empty message", Assert.Throws<UsageException>(() => Commit(hooks, 1)).Message, StringComparison.Ordinal);
        Assert.True(hooks.Repository.Refs.ReadHead().IsUnborn);
    }

    [Fact]
    public void UnchangedDiskAsksNobody()
    {
        using var hooks = new HookFolder();
        Commit(hooks, 1);
        hooks.Write("pre-commit", "exit 1");
        Assert.Null(Commit(hooks, 1).Id);
    }

    [Fact]
    public void PostCheckoutGetsWhereHeadWasAndIs()
    {
        using var hooks = new HookFolder();
        hooks.Write("post-checkout", "echo \"$@\"; exit 5");
        Assert.Equal(5, hooks.Repository.Hooks.PostCheckout(null, One, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal($"{None} {One} 1\n", hooks.Said);
    }

    [Fact]
    public void PrePushReadsALineForEachRef()
    {
        using var hooks = new HookFolder();
        hooks.Write("pre-push", "echo \"$@\"; cat; exit 1");
        PrePushRef[] refs = [new("refs/heads/main", Two, RefName.Branch("main"), One), new(null, null, RefName.Branch("old"), One),
            new("HEAD~1", One, RefName.Branch("new"), null)];
        var refused = Assert.Throws<HookRefusedException>(() =>
            hooks.Repository.Hooks.PrePush("origin", "ssh://host/images", refs, cancellation: TestContext.Current.CancellationToken));
        Assert.StartsWith("hook pre-push refused (it ended with 1); nothing was pushed", refused.Message, StringComparison.Ordinal);
        Assert.Equal(
            $"origin ssh://host/images\nrefs/heads/main {Two} refs/heads/main {One}\n(delete) {None} refs/heads/old {One}\nHEAD~1 {One} "
            + $"refs/heads/new {None}\n", hooks.Said);
    }

    [Fact]
    public void ReceivingHooksGetUpdatesAndSayLines()
    {
        using var hooks = new HookFolder();
        hooks.Write("pre-receive", "cat; echo \"by $MIG_PUSHER\"; printf 'no line end'; exit 1");
        hooks.Write("update", "echo \"$@\"; printf 'a\\r\\n\\303\\274\\n'; [ \"$3\" != " + None + " ]");
        hooks.Write("post-receive", "cat >&2; exit 2");
        var receive = new ReceiveHooks(hooks.Repository, new Dictionary<string, string> { [ReceiveHooks.PusherVariable] = "ada" });
        PushUpdate moved = new(RefName.Branch("main"), One, Two, Force: false),
            deleted = new(RefName.Branch("old"), One, null, Force: false);
        var said = new List<string>();

        Assert.Equal("hook pre-receive refused (it ended with 1)",
            receive.PreReceive([moved, deleted], said.Add, TestContext.Current.CancellationToken));
        Assert.Equal([$"{One} {Two} refs/heads/main", $"{One} {None} refs/heads/old", "by ada", "no line end"], said);
        said.Clear();
        Assert.Null(receive.Update(moved, said.Add, TestContext.Current.CancellationToken));
        Assert.Equal([$"refs/heads/main {One} {Two}", "a", "ü"], said);
        Assert.Equal("hook update refused (it ended with 1)", receive.Update(deleted, said.Add, TestContext.Current.CancellationToken));
        said.Clear();
        receive.PostReceive([moved], said.Add, TestContext.Current.CancellationToken);
        Assert.Equal([$"{One} {Two} refs/heads/main", "warning: hook post-receive ended with 2; the refs have moved all the same"], said);
    }

    [Fact]
    public void InitInstallsASampleOfEachHook()
    {
        using var hooks = new HookFolder();
        string folder = Path.Combine(hooks.Images.Folder, "hooks");
        Assert.Equal(HookName.All.Select(name => name + ".sample").Order(StringComparer.Ordinal), Directory.GetFiles(folder)
            .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        foreach (string path in Directory.GetFiles(folder))
        {
            Tool.Run("sh", "-n", path);
            Assert.Equal("755", Tool.Run("stat", "-c", "%a", path).Trim());
        }
    }

    private static CommitResult Commit(HookFolder hooks, int seed, bool noVerify = false)
    {
        string disk = hooks.Files.Write($"disk{seed}.raw", MixedBytes.Make(1 << 20, seed));
        return new ImageCommitter(hooks.Repository).Commit(
            new CommitRequest { Disks = [disk], Message = "a version", InputFormat = "raw", NoVerify = noVerify },
                TestContext.Current.CancellationToken);
    }
}
