using Mig.Core;
using Mig.History.Refs;
using Mig.History.Tests.Commits;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Refs;

public sealed class RefStoreTests : IDisposable
{
    private static readonly RefName Main = RefName.Branch("main");
    private static readonly ObjectId One = Samples.Id(1);
    private static readonly ObjectId Two = Samples.Id(2);
    private readonly TemporaryFolder _folder = new();
    private readonly RefStore _refs;

    public RefStoreTests() => _refs = RefStore.Initialize(_folder.Path, Main);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_repository_is_on_an_unborn_branch()
    {
        Assert.Equal(new Head(Main, null), _refs.ReadHead());
        Assert.Null(_refs.Resolve(RefName.Head));
        Assert.Empty(_refs.List());
        _refs.Update(RefName.Head, ObjectIdOrNone(null), One, Samples.Who, "commit (initial): a");
        Assert.Equal(new Head(Main, One), _refs.ReadHead());
        Assert.Equal(_refs.ReadLog(RefName.Head), _refs.ReadLog(Main));
        Assert.Equal(new ReflogEntry(default, One, Samples.Who, "commit (initial): a"), Assert.Single(_refs.ReadLog(Main)));
        _ = RefStore.Initialize(_folder.Path, RefName.Branch("other"));
        Assert.Equal(Main, _refs.ReadHead().Branch);
    }

    [Fact]
    public void Updates_happen_only_from_where_they_expect()
    {
        _refs.Update(Main, default(ObjectId), One, Samples.Who, "commit: by Ada");
        Assert.Contains("exists already", Assert.Throws<ConflictException>(() =>
            _refs.Update(Main, default(ObjectId), Two, Samples.Who, "x")).Message, StringComparison.Ordinal);
        ConflictException e = Assert.Throws<ConflictException>(() => _refs.Update(Main, Two, One, Samples.Who, "x"));
        Assert.Contains("by Ada Lovelace (commit: by Ada)", e.Message, StringComparison.Ordinal);
        Assert.Contains(One.ToShortString(), e.Message, StringComparison.Ordinal);
        _refs.Update(Main, One, Two, Samples.Who, "y");
        _refs.Update(Main, null, One, Samples.Who, "z");
        Assert.Equal(One, _refs.Resolve(Main));
        Assert.Equal(["z", "y", "commit: by Ada"], _refs.ReadLog(Main).Select(l => l.Reason));
        Assert.Contains("does not exist any more", Assert.Throws<ConflictException>(() =>
            _refs.Update(RefName.Branch("gone"), One, Two, Samples.Who, "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_detached_head_moves_alone()
    {
        _refs.Update(Main, null, One, Samples.Who, "a");
        _refs.DetachHead(One, Samples.Who, "checkout: moving from main to 1");
        _refs.Update(RefName.Head, One, Two, Samples.Who, "commit: b");
        Assert.Equal(new Head(null, Two), _refs.ReadHead());
        Assert.Equal(One, _refs.Resolve(Main));
        _refs.AttachHead(Main, Samples.Who, "checkout: moving from 2 to main");
        Assert.Equal([One, Two, One, One], _refs.ReadLog(RefName.Head).Select(l => l.After));
    }

    [Fact]
    public void Several_refs_move_together_or_not_at_all()
    {
        _refs.Update(Main, null, One, Samples.Who, "a");
        RefName topic = RefName.Branch("topic");
        RefTransaction bad = _refs.BeginTransaction(Samples.Who).Update(topic, null, Two, "b").Update(Main, Two, One, "b");
        _ = Assert.Throws<ConflictException>(bad.Commit);
        Assert.Null(_refs.Resolve(topic));
        Assert.Empty(_refs.ReadLog(topic));
        _refs.BeginTransaction(Samples.Who).Update(topic, default(ObjectId), Two, "branch: Created")
            .AttachHead(topic, "checkout: moving from main to topic").Delete(Main, One, "gone").Commit();
        Assert.Equal(new Head(topic, Two), _refs.ReadHead());
        Assert.Equal((One, Two), (_refs.ReadLog(RefName.Head)[0].Before, _refs.ReadLog(RefName.Head)[0].After));
        Assert.Equal(topic, Assert.Single(_refs.List()).Name);
        _ = Assert.Throws<UsageException>(() =>
            _refs.BeginTransaction(Samples.Who).Update(RefName.Head, null, One, "").Update(topic, null, One, "").Commit());
    }

    [Fact]
    public void A_name_is_a_ref_or_a_folder_of_refs()
    {
        RefName a = RefName.Branch("a");
        RefName ab = RefName.Branch("a/b");
        RefName abc = RefName.Branch("a/b/c");
        _refs.Update(ab, null, One, Samples.Who, "x");
        Assert.Contains("'refs/heads/a/b' exists",
            Assert.Throws<ConflictException>(() => _refs.Update(a, null, One, Samples.Who, "x")).Message, StringComparison.Ordinal);
        Assert.Contains("'refs/heads/a/b' exists",
            Assert.Throws<ConflictException>(() => _refs.Update(abc, null, One, Samples.Who, "x")).Message, StringComparison.Ordinal);
        _ = Assert.Throws<ConflictException>(() => _refs.BeginTransaction(Samples.Who).Update(RefName.Branch("n"), null, One, "")
            .Update(RefName.Branch("n/m"), null, One, "").Commit());
        _refs.BeginTransaction(Samples.Who).Delete(ab, One, "").Update(a, null, One, "").Commit();
        Assert.Equal(One, _refs.Resolve(a));
        _refs.BeginTransaction(Samples.Who).Update(abc, null, Two, "").Delete(a, One, "").Commit();
        Assert.Equal([abc], _refs.List().Select(r => r.Name));
        _refs.Delete(abc, Two, Samples.Who, "");
        Assert.False(Directory.Exists(_folder["refs/heads/a"]));
        Assert.False(Directory.Exists(_folder["logs/refs/heads/a"]));
        Assert.True(Directory.Exists(_folder["refs/heads"]));
        _ = Assert.Throws<NotFoundException>(() => _refs.Delete(abc, null, Samples.Who, ""));
        _ = Assert.Throws<UsageException>(() => _refs.Update(RefName.Parse("refs/heads"), null, One, Samples.Who, ""));
        _ = Assert.Throws<UsageException>(() => _refs.Update(RefName.Branch(new string('x', 251)), null, One, Samples.Who, ""));
    }

    [Fact]
    public void Empty_folders_and_ownerless_logs_are_in_nobodys_way()
    {
        _ = Directory.CreateDirectory(_folder["refs/heads/a/b/c"]);
        _ = Directory.CreateDirectory(_folder["logs/refs/heads/a"]);
        File.WriteAllText(_folder["logs/refs/heads/a/b"], "");
        File.WriteAllText(_folder["logs/refs/heads/x"], "");
        _refs.Update(RefName.Branch("a"), null, One, Samples.Who, "1");
        _refs.Update(RefName.Branch("x/y"), null, One, Samples.Who, "2");
        Assert.Equal(["1", "2"], new[] { "a", "x/y" }.Select(n => _refs.ReadLog(RefName.Branch(n))[0].Reason));
        _ = Directory.CreateDirectory(_folder["refs/heads/z"]);
        File.WriteAllText(_folder["refs/heads/z/.stranger"], "");
        Assert.Contains(".stranger", Assert.Throws<ConflictException>(() =>
            _refs.Update(RefName.Branch("z"), null, One, Samples.Who, "")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a", "a/b")]
    [InlineData("a/b", "a")]
    [InlineData("a/b/c", "a/b")]
    [InlineData("x/y", "z/y/w")]
    public void Renaming_takes_the_log_and_head_along(string from, string to)
    {
        RefName before = RefName.Branch(from);
        RefName after = RefName.Branch(to);
        _refs.AttachHead(before, Samples.Who, "");
        _refs.Update(RefName.Head, null, One, Samples.Who, "first");
        _refs.Rename(before, after, Samples.Who);
        Assert.Equal(new Head(after, One), _refs.ReadHead());
        Assert.Equal([after], _refs.List().Select(r => r.Name));
        Assert.Equal([$"Branch: renamed {before} to {after}", "first"], _refs.ReadLog(after).Select(l => l.Reason));
        Assert.Equal([RefName.Head, after], _refs.ListLogs());
        Assert.Empty(_refs.ReadLog(before));
    }

    [Fact]
    public void Renaming_onto_another_ref_needs_force()
    {
        RefName other = RefName.Branch("other");
        _refs.Update(Main, null, One, Samples.Who, "m");
        _refs.Update(other, null, Two, Samples.Who, "o");
        _ = Assert.Throws<ConflictException>(() => _refs.Rename(Main, other, Samples.Who));
        _refs.Rename(Main, other, Samples.Who, force: true);
        Assert.Equal(One, _refs.Resolve(other));
        Assert.Equal("m", _refs.ReadLog(other)[^1].Reason);
        _ = Assert.Throws<NotFoundException>(() => _refs.Rename(Main, RefName.Branch("new"), Samples.Who));
    }

    [Fact]
    public void An_unborn_branch_can_be_renamed()
    {
        _refs.Rename(Main, RefName.Branch("trunk"), Samples.Who);
        Assert.Equal(new Head(RefName.Branch("trunk"), null), _refs.ReadHead());
    }

    [Fact]
    public void Refs_are_listed_by_prefix_in_the_order_of_their_bytes()
    {
        string[] names = ["refs/heads/b", "refs/heads/a/c", "refs/heads/a-b", "refs/tags/v1", "refs/remotes/o/m", "refs/heads/\ue000",
            "refs/heads/😀"];
        foreach (string name in names)
            _refs.Update(RefName.Parse(name), default(ObjectId), One, Samples.Who, "");
        Assert.Equal(["refs/heads/a-b", "refs/heads/a/c", "refs/heads/b", "refs/heads/\ue000", "refs/heads/😀"], _refs.List("refs/heads/")
            .Select(r => r.Name.Value));
        Assert.Equal(names.Length, _refs.List().Count);
        Assert.Equal(["refs/heads/a-b", "refs/heads/a/c"], _refs.List("refs/heads/a").Select(r => r.Name.Value));
        foreach (string prefix in (string[])["../", "refs/../", "refs/heads/../../", "/", "HEAD", "logs/"])
            Assert.Empty(_refs.List(prefix));
        Assert.Empty(_refs.ReadLog(RefName.Tag("v1")));
    }

    [Fact]
    public void A_symbolic_ref_stands_for_another()
    {
        RefName head = RefName.RemoteBranch("origin", "HEAD");
        RefName main = RefName.RemoteBranch("origin", "main");
        _refs.BeginTransaction(Samples.Who).Update(main, null, One, "fetch").SetSymbolic(head, main, "clone").Commit();
        Assert.Equal(new Ref(head, One, main), _refs.Read(head));
        Assert.Equal(One, _refs.ReadLog(head)[0].After);
        _refs.Delete(main, null, Samples.Who, "");
        Assert.Null(_refs.Read(head));
        Assert.Equal(main, _refs.ReadSymbolic(head));
        _refs.Delete(head, null, Samples.Who, "");
        Assert.Null(_refs.ReadSymbolic(head));
    }

    [Fact]
    public void Logs_can_be_shortened()
    {
        for (int i = 1; i <= 5; i++)
            _refs.Update(Main, null, Samples.Id(i), Samples.Who, $"{i}");
        Assert.Equal(3, _refs.ExpireLog(Main, entry => entry.Reason is "4" or "5"));
        Assert.Equal(["5", "4"], _refs.ReadLog(Main).Select(l => l.Reason));
        Assert.Equal(0, _refs.ExpireLog(RefName.Branch("none"), _ => false));
    }

    private static ObjectId? ObjectIdOrNone(ObjectId? id) => id ?? default(ObjectId);
}
