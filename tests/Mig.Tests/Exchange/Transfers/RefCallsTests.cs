using System.Globalization;
using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.Exchange.Serving;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Transfer.Addresses;
using Mig.Transfer.Http;
using Mig.Transfer.Serving;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>
/// What a fetch and a push ask beside thousands of branches: what they need, and nothing that they know. Calls and bytes are counted, not
/// times.
/// </summary>
public sealed class RefCallsTests : IDisposable
{
    private const int Count = 2_000;
    private const long MostBytes = 10 << 10;
    private const string Here = "refs/remotes/origin/";

    private readonly TestRepository _there = new();
    private readonly TestFolder _files = new();
    private readonly CountedServer _server;

    public RefCallsTests()
    {
        _there.Files.Write("disk", MixedBytes.Make(50_000, 1));
        _there.Commit("disk");
        using (Repository repository = _there.Open())
            MakeBranches(repository, "b", Count);
        _server = new CountedServer(_there.Folder);
        new CloneOperation(new CloneOptions { Address = _server.Address.ToString(), Directory = _files["clone"], BaseFolder = "/" },
            TestRepository.Context).Run(TestContext.Current.CancellationToken);
        _ = _server.TakeCalls(atLeast: 3);
    }

    [Fact]
    public void AFetchOfNothingIsTwoSmallCallsAlsoAfterOthersAndOwnPushes()
    {
        using Repository clone = Open();
        Assert.Equal(Count + 1, clone.Refs.ListNames(Here).Count(name => name.Value != Here + "HEAD"));
        Fetch(clone, "hello", "refs");
        using (Repository there = _there.Open())
            there.Refs.Update(RefName.Branch("b7"), null, there.Refs.Resolve(RefName.Branch("main"))!.Value, there.Identity.Committer(),
                "a move to where it is");
        Fetch(clone, "hello", "refs");
        Push(clone, "main:refs/heads/other", "hello", "refs", "push");
        Fetch(clone, "hello", "refs");
        Push(clone, ":refs/heads/b9", "hello", "refs", "push");
        Fetch(clone, "hello", "refs");

        // The control: a list that has changed comes whole.
        using (Repository there = _there.Open())
            there.Refs.Delete(RefName.Branch("b8"), null, there.Identity.Committer(), "");
        new FetchOperation(clone).Run(new FetchOptions { Prunes = true }, TestContext.Current.CancellationToken);
        Assert.True(_server.TakeCalls(atLeast: 2).Sum(call => call.BytesOut) > 10 * MostBytes);
        Assert.False(clone.Refs.Exists(RefName.Parse(Here + "b8")));
        Fetch(clone, "hello", "refs");
    }

    [Fact]
    public void APushOfABranchAsksForThatBranch()
    {
        using Repository clone = Open();
        Push(clone, "main:refs/heads/new", "hello", "refs", "push");
        Push(clone, "main:refs/heads/new", "hello", "refs");
        PushOptions gone = new() { Refspecs = [":b10x"] };
        Assert.Contains("'b10x', so it cannot be deleted", Assert.Throws<NotFoundException>(() =>
            new PushOperation(clone).Run(gone, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        _ = _server.TakeCalls(atLeast: 3);

        // A commit that the other side lacks, of an image that it has.
        ObjectId main = clone.Refs.Resolve(RefName.Branch("main"))!.Value;
        clone.Refs.Update(RefName.Branch("main"), main, Reword(clone, main), clone.Identity.Committer(), "reword");
        Push(clone, "main:refs/heads/reworded", "hello", "refs", "push");
        using Repository there = _there.Open();
        Assert.Equal(clone.Refs.Resolve(RefName.Branch("main")), there.Refs.Resolve(RefName.Branch("reworded")));
    }

    [Fact]
    public void AFetchOfOneBranchAsksForThatBranch()
    {
        using Repository clone = Open();
        new FetchOperation(clone).Run(new FetchOptions { Refspecs = ["b77"], Tags = TagFetch.None }, TestContext.Current.CancellationToken);
        Check("hello", "refs");
        NotFoundException e = Assert.Throws<NotFoundException>(() =>
            new FetchOperation(clone).Run(new FetchOptions { Refspecs = ["mian"] }, TestContext.Current.CancellationToken));
        Assert.Contains("'main'", e.Message, StringComparison.Ordinal); // near names are looked for among all
    }

    // 82 s, when each new ref was looked for in a list of all.
    [Fact]
    public void ThousandsOfNewBranchesAreOneUpdateAndOneFile()
    {
        using (Repository there = _there.Open())
            MakeBranches(there, "more/n", 500);
        using Repository clone = Open();
        FetchOutcome outcome = new FetchOperation(clone).Run(new FetchOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(500, outcome.Refs.Count(item => item.Change == RefChange.Created));
        Assert.Equal(Count + 501, clone.Refs.ListNames(Here).Count(name => name.Value != Here + "HEAD"));
        Assert.Equal("fetch: storing head", clone.Refs.ReadLog(RefName.Parse(Here + "more/n7"))[0].Reason);
        Assert.InRange(Directory.EnumerateFiles(Path.Combine(clone.Folder, "refs"), "*", SearchOption.AllDirectories).Count(), 0, 10);
    }

    [Theory]
    [MemberData(nameof(Peers.Kinds), MemberType = typeof(Peers))]
    public void AnUnchangedListIsNotSentOverAnyTransport(RemoteKind kind)
    {
        using var peers = new Peers();
        using RemoteRepository remote = peers.Open(kind, _there.Folder);
        RemoteListing first = remote.ListRefs(cancellation: TestContext.Current.CancellationToken);
        RemoteListing second = remote.ListRefs(
            new RefsQuery { Known = first, Asked = [first.HeadId!.Value, ObjectId.Of("nobody has this"u8)] },
            TestContext.Current.CancellationToken);
        Assert.Same(first.Refs, second.Refs);
        Assert.Equal([first.HeadId!.Value], second.Present);
        Assert.Equal([ObjectId.Of("nobody has this"u8)], second.Absent);
        Assert.Equal(Count + 1, second.Total);
        RemoteListing other = remote.ListRefs(
            new RefsQuery { Known = first, Prefixes = ["refs/heads/b77"] }, TestContext.Current.CancellationToken);
        Assert.Equal(1 + 10, other.Refs.Count);
        other = remote.ListRefs(new RefsQuery
        {
            Known = first, Prefixes = ["refs/heads/b99"],
            Names = ["refs/heads/b77", "refs/heads/b999", "refs/heads/no"]
        }, TestContext.Current.CancellationToken);
        Assert.Equal(1 + 1 + 10, other.Refs.Count);
    }

    // The digest is that of what this reader may see now: whoever loses a right learns nothing from an old list, and whoever gets one sees
    // the new.
    [Fact]
    public void AListThatWasSeenWithOtherRightsIsNotUnchanged()
    {
        var hidden = new HidesBranch(RefName.Branch("b5"));
        using Repository there = _there.Open();
        RemoteListing before = List(new RightsAccess(Transfer.Access.AccessRights.Unlimited, ""), null);
        RemoteListing after = List(hidden, before);
        Assert.Equal(before.Refs.Count - 1, after.Refs.Count);
        Assert.DoesNotContain(after.Refs, found => found.Name == hidden.Name);
        Assert.Same(after.Refs, List(hidden, after).Refs);

        RemoteListing List(IReceiveAccess access, RemoteListing? known)
        {
            var options = new RemoteOptions
            {
                ServeFolder = _ =>
                new RepositoryService(there.Store, there.Refs, new ServiceOptions { Who = there.Identity.Committer, Access = access })
            };
            using RemoteRepository remote =
                RemoteRepository.Open(RemoteAddress.Parse(_there.Folder, "/"), options, TestContext.Current.CancellationToken);
            return remote.ListRefs(new RefsQuery { Known = known }, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void ANoteThatSomebodyElseWroteDoesNotCount()
    {
        using Repository clone = Open();
        string folder = Path.Combine(clone.Folder, "cache", "refs");
        string note = Assert.Single(Directory.EnumerateFiles(folder));
        byte[] bytes = File.ReadAllBytes(note);
        bytes[^100] ^= 1;
        File.WriteAllBytes(note, bytes);
        new FetchOperation(clone).Run(new FetchOptions(), TestContext.Current.CancellationToken);
        Assert.True(_server.TakeCalls(atLeast: 2).Sum(call => call.BytesOut) > 10 * MostBytes); // the list came anew
        Fetch(clone, "hello", "refs");
    }

    public void Dispose()
    {
        _server.Dispose();
        _there.Dispose();
        _files.Dispose();
    }

    private Repository Open() => TestRepository.Open(Path.Combine(_files["clone"], Repository.FolderName));

    private void Fetch(Repository clone, params string[] calls)
    {
        FetchOutcome outcome = new FetchOperation(clone).Run(new FetchOptions(), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(outcome.Refs, item => item.Change != RefChange.UpToDate);
        Check(calls);
    }

    private void Push(Repository clone, string refspec, params string[] calls)
    {
        new PushOperation(clone).Run(new PushOptions { Refspecs = [refspec] }, TestContext.Current.CancellationToken);
        Check(calls);
    }

    private void Check(params string[] verbs)
    {
        IReadOnlyList<RequestLogEntry> calls = _server.TakeCalls(verbs.Length);
        Assert.Equal(verbs, calls.Select(call => call.Verb));
        Assert.InRange(calls.Sum(call => call.BytesIn + call.BytesOut), 1, MostBytes);
    }

    private static ObjectId Reword(Repository repository, ObjectId id)
    {
        History.Commits.Commit commit =
            repository.Objects.ReadCommit(new CommitId(id)) with { Parents = [new CommitId(id)], Message = "another message\n" };
        using Store.ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        ObjectId written = writer.AddObject(ObjectKind.Commit, commit.Encode());
        writer.Complete();
        return written;
    }

    private static void MakeBranches(Repository repository, string prefix, int count)
    {
        ObjectId main = repository.Refs.ReadHead().Id!.Value;
        RefTransaction transaction = repository.Refs.BeginTransaction(repository.Identity.Committer());
        for (int i = 0; i < count; i++)
            transaction.Update(RefName.Branch(string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}")), default(ObjectId), main,
                "branch");
        transaction.Commit();
    }

    private sealed class HidesBranch(RefName name) : IReceiveAccess
    {
        public RefName Name => name;

        public bool MayRead(RefName name) => name != Name;

        public string? RefusePush() => null;

        public string? RefuseUpdate(PushUpdate update, bool losesHistory) => null;
    }
}
