using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Refs;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Remotes;

public sealed class CloneTests : IDisposable
{
    private readonly TestRepository _there = new();

    public CloneTests()
    {
        using Repository repository = _there.Open();
        foreach (string message in (string[])["one", "two", "three"])
            Twin.Commit(repository, message);
        repository.Refs.Update(RefName.Branch("side"), default(ObjectId), repository.Revisions.ResolveCommit("HEAD~1").Value,
            repository.Identity.Committer(), "branch");
        repository.Refs.Update(RefName.Tag("v1"), default(ObjectId), repository.Revisions.ResolveCommit("HEAD~2").Value,
            repository.Identity.Committer(), "tag");
    }

    [Theory]
    [InlineData("there")]
    [InlineData("./there")]
    [InlineData("././there")]
    public void A_folder_that_is_typed_begins_where_the_user_stands(string typed)
    {
        using var files = new Testing.TestFolder();
        string stands = files["folder"], here = files["here"];
        Directory.CreateDirectory(stands);
        Testing.Tool.Run("cp", "--recursive", _there.Folder, Path.Combine(stands, "there"));
        Assert.Equal(0, MigProgram.Finish(MigProgram.Start([], "init", "-q", "--bare", here)).ExitCode);
        (int exitCode, string output) =
            MigProgram.Finish(MigProgram.Start(["env", "-C", stands], "--repo", here, "fetch", "-q", typed, "main:came"));
        Assert.True(exitCode == 0, output);
        (exitCode, output) = MigProgram.Finish(MigProgram.Start(["env", "-C", stands], "--repo", here, "fsck", "--repair-from", typed));
        Assert.True(exitCode == 0, output);

        // The control: from elsewhere it is not there.
        Assert.NotEqual(0, MigProgram.Finish(
            MigProgram.Start(["env", "-C", "/"], "--repo", here, "fetch", "-q", typed, "main:came")).ExitCode);
    }

    [Fact]
    public void A_shallow_clone_has_so_many_versions_and_grows_to_all()
    {
        using Repository clone = Clone(new CloneOptions { Address = _there.Folder, BaseFolder = "/", Depth = 2 }, out CloneOutcome outcome);
        Assert.Equal(RefName.Branch("main"), outcome.Branch);
        Assert.Equal(2, Count(clone));
        Assert.Equal([clone.Revisions.ResolveCommit("HEAD~1").Value], clone.Objects.Shallow);
        Assert.Throws<NotFoundException>(() => clone.Revisions.ResolveCommit("HEAD~2"));
        Assert.Null(clone.Refs.Resolve(RefName.RemoteBranch("origin", "side")));
        Assert.Empty(TestRepository.Check(clone.Folder).Problems);

        // What it makes can be pushed, and what the other side makes can be fetched.
        Twin.Commit(clone, "four");
        Assert.False(Assert.Single(Push(clone)).HasFailed);
        using (Repository there = _there.Open())
            Twin.Commit(there, "five");
        Assert.Empty(TestRepository.Check(_there.Folder).Problems);
        new FetchOperation(clone).Run(new FetchOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(4, clone.Walk.Walk([clone.Revisions.ResolveCommit("origin/main")]).Count());
        Assert.Single(clone.Objects.Shallow);

        new FetchOperation(clone).Run(new FetchOptions { Depth = int.MaxValue }, TestContext.Current.CancellationToken);
        Assert.Empty(clone.Objects.Shallow);
        Assert.False(File.Exists(Path.Combine(clone.Folder, "shallow")));
        Assert.Equal(5, clone.Walk.Walk([clone.Revisions.ResolveCommit("origin/main")]).Count());
        Assert.Empty(TestRepository.Check(clone.Folder).Problems);
    }

    [Fact]
    public void A_clone_of_a_tag_is_on_no_branch()
    {
        using Repository clone = Clone(
            new CloneOptions { Address = _there.Folder, BaseFolder = "/", Branch = "v1" }, out CloneOutcome outcome);
        Assert.Null(outcome.Branch);
        Assert.True(clone.Refs.ReadHead().IsDetached);
        Assert.Equal(1, Count(clone));
    }

    [Fact]
    public void A_clone_of_a_branch_is_on_that_branch_and_follows_it()
    {
        using Repository clone = Clone(
            new CloneOptions { Address = _there.Folder, BaseFolder = "/", Branch = "side", RemoteName = "lab" }, out _);
        Assert.Equal("lab/side", new Upstreams(clone).Find(RefName.Branch("side"))!.ShortName);
        Assert.Equal(RefName.RemoteBranch("lab", "main"), clone.Refs.ReadSymbolic(RefName.Parse("refs/remotes/lab/HEAD")));
    }

    [Fact]
    public void A_clone_without_a_branch_there_has_none_either()
    {
        using (Repository there = _there.Open())
            there.Refs.DetachHead(there.Revisions.ResolveCommit("HEAD~1").Value, there.Identity.Committer(), "checkout");
        using Repository clone = Clone(new CloneOptions { Address = _there.Folder, BaseFolder = "/" }, out CloneOutcome outcome);
        Assert.Null(outcome.Branch);
        Assert.Equal(2, Count(clone));
    }

    [Fact]
    public void A_bare_clone_has_the_branches_as_they_are()
    {
        using Repository clone = Clone(new CloneOptions { Address = _there.Folder, BaseFolder = "/", IsBare = true }, out _);
        Assert.Equal(["refs/heads/main", "refs/heads/side", "refs/tags/v1"], clone.Refs.List().Select(found => found.Name.Value));
        Assert.True(clone.IsBare);
    }

    [Fact]
    public void A_clone_without_contents_says_where_they_are()
    {
        using Repository clone = Clone(new CloneOptions { Address = _there.Folder, BaseFolder = "/", WithoutContent = true }, out _);
        Assert.Equal("origin", clone.PromisorRemote);
        Assert.True(new RemoteConfiguration(clone).Read("origin").IsPromisor);
        Assert.Empty(TestRepository.Check(clone.Folder).Problems);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_failed_clone_made_is_removed(bool isThere)
    {
        string folder = _there.Files["clone"];
        if (isThere)
            Directory.CreateDirectory(folder);
        using var cancelled = new CancellationTokenSource();
        var options = new CloneOptions
        {
            Address = _there.Folder, Directory = folder, BaseFolder = "/", Sharing = PackSharing.None,
            Progress = new Canceller(cancelled)
        };
        Assert.ThrowsAny<OperationCanceledException>(() => new CloneOperation(options, TestRepository.Context).Run(cancelled.Token));
        Assert.Equal(isThere, Directory.Exists(folder));
        if (isThere)
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Assert.Throws<NotFoundException>(() =>
            new CloneOperation(options with { Branch = "nix", Progress = NoProgress.Instance }, TestRepository.Context)
            .Run(TestContext.Current.CancellationToken));
        Assert.Equal(isThere, Directory.Exists(folder));
        File.WriteAllText(_there.Files["file"], "");
        Assert.Throws<ConflictException>(() => new CloneOperation(options with { Directory = _there.Files["file"] }, TestRepository.Context)
            .Run(TestContext.Current.CancellationToken));
    }

    public void Dispose() => _there.Dispose();

    private Repository Clone(CloneOptions options, out CloneOutcome outcome)
    {
        outcome = new CloneOperation(options with { Directory = _there.Files["clone"] }, TestRepository.Context)
            .Run(TestContext.Current.CancellationToken);
        return TestRepository.Open(_there.Files["clone"]);
    }

    private static int Count(Repository repository) => repository.Walk.Walk([repository.Revisions.ResolveCommit("HEAD")]).Count();

    private static IReadOnlyList<PushOutcome> Push(Repository repository) =>
        new PushOperation(repository).Run(new PushOptions(), TestContext.Current.CancellationToken);

    private sealed class Canceller(CancellationTokenSource source) : IProgressSink
    {
        public void Begin(string phase, long totalBytes) => source.Cancel();

        public void Advance(long bytes) => source.Cancel();
    }
}
