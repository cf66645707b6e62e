using Mig.Core;
using Mig.History.Refs;
using Mig.History.Tests.Commits;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Refs;

/// <summary>mig and Git work on the names of one repository in turn: HEAD, refs and logs have the same format.</summary>
public sealed class GitAgreementTests : IDisposable
{
    private readonly GitRepository _git = new();
    private readonly RefStore _refs;
    private readonly ObjectId _one;
    private readonly ObjectId _two;

    public GitAgreementTests()
    {
        _refs = new RefStore(_git.Names);
        _git.Run("commit", "--quiet", "--allow-empty", "-m", "first");
        _git.Run("commit", "--quiet", "--allow-empty", "-m", "second");
        _one = IdOf("HEAD~1");
        _two = IdOf("HEAD");
    }

    public void Dispose() => _git.Dispose();

    [Fact]
    public void Git_reads_what_mig_wrote()
    {
        RefName topic = RefName.Branch("nested/topic");
        _refs.BeginTransaction(Samples.Who).Update(topic, default(ObjectId), _one, "branch: Created from HEAD")
            .AttachHead(topic, "checkout: moving from main to nested/topic").Commit();
        _refs.Update(RefName.Head, _one, _two, Samples.Who, "commit: a\nb");
        _refs.Update(RefName.Tag("v1"), null, _one, Samples.Who, "");
        Assert.Equal("refs/heads/nested/topic", _git.Run("symbolic-ref", "HEAD"));
        Assert.Equal($"{_two} refs/heads/main\n{_two} refs/heads/nested/topic\n{_one} refs/tags/v1",
            _git.Run("for-each-ref", "--format=%(objectname) %(refname)"));
        Assert.Equal("commit: a b|branch: Created from HEAD", _git.Run("reflog", "show", "--format=%gs", "nested/topic")
            .Replace('\n', '|'));
        Assert.Equal("Ada Lovelace <ada@example.com> HEAD@{1700000000 +0100} commit: a b",
            _git.Run("reflog", "show", "--date=raw", "--format=%gn <%ge> %gd %gs", "-1", "HEAD"));
        Assert.Equal(_one.ToString(), _git.Run("rev-parse", "HEAD@{1}"));
        Assert.Equal("main", _git.Run("rev-parse", "--abbrev-ref", "@{-1}"));
        Assert.Equal(0, _git.TryRun("", "fsck", "--strict").Exit);
        _refs.Rename(topic, RefName.Branch("nested"), Samples.Who);
        Assert.Equal(3, _git.Run("reflog", "show", "nested").Split('\n').Length);

        // Negative control: Git objects to a ref that is damaged.
        File.AppendAllText(Path.Combine(_git.Names, "refs/heads/nested"), "x");
        File.WriteAllText(Path.Combine(_git.Names, "refs/heads/nested"), _one.ToString()[1..]);
        Assert.NotEqual(0, _git.TryRun("", "rev-parse", "--verify", "nested").Exit);
    }

    [Fact]
    public void Mig_reads_what_git_wrote()
    {
        _git.Run("checkout", "--quiet", "-b", "topic/a", "HEAD~1");
        _git.Run("tag", "-a", "-m", "note", "v1");
        _git.Run("checkout", "--quiet", "--detach");
        Assert.Equal(new Head(null, _one), _refs.ReadHead());
        Assert.Equal(["refs/heads/main", "refs/heads/topic/a", "refs/tags/v1"], _refs.List().Select(r => r.Name.Value));
        IReadOnlyList<ReflogEntry> log = _refs.ReadLog(RefName.Head);
        Assert.Equal(_git.Run("reflog", "show", "--format=%gs", "HEAD").Split('\n'), log.Select(l => l.Reason));
        Assert.Equal(_git.Run("reflog", "show", "--format=%H", "HEAD").Split('\n'), log.Select(l => l.After.ToString()));
        Assert.Equal("A U Thor", log[0].Who.Name);
    }

    [Fact]
    public void Git_takes_over_where_mig_stopped()
    {
        for (int i = 0; i < 5; i++)
        {
            ObjectId head = _refs.ReadHead().Id!.Value;
            _refs.Update(RefName.Head, head, head == _one ? _two : _one, Samples.Who, $"reset: {i}");
            _git.Run("commit", "--quiet", "--allow-empty", "-m", $"git {i}");
            Assert.Equal(_refs.ReadLog(RefName.Head)[0].Before, _refs.ReadLog(RefName.Head)[1].After);
        }

        Assert.Equal(12, _refs.ReadLog(RefName.Branch("main")).Count);
        Assert.Equal(12, _git.Run("reflog", "show", "main").Split('\n').Length);
    }

    private ObjectId IdOf(string revision)
    {
        Assert.True(ObjectId.TryParse(_git.Run("rev-parse", revision), out ObjectId id));
        return id;
    }
}
