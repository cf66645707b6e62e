using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Hostile.Tests;

/// <summary>An image that holds repositories with hooks: whoever extracts it and works below them has nothing of it run.</summary>
public sealed class RepositoryInImageTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly string _mark;
    private readonly string _out;

    public RepositoryInImageTests()
    {
        _mark = _repository.Files["mark"];
        string tree = _repository.Files["tree"];
        foreach (string name in (string[])["project", "worked/.mig", "shouted/.MIG", "dotted/.mig.", "unseen/.m\u200Cig", "linked"])
        {
            string folder = Path.Combine(tree, name);
            Repository.Initialize(folder, isBare: true, TestRepository.Context);
            Attack.Trap(Path.Combine(folder, "hooks", "pre-commit"), _mark);
            Attack.Trap(Path.Combine(folder, "hooks", "commit-msg"), _mark);
            Directory.CreateDirectory(Path.Combine(tree, name.Split('/')[0], "below"));
        }

        Directory.CreateSymbolicLink(Path.Combine(tree, "linked", ".mig"), "../project");
        File.WriteAllText(Path.Combine(tree, "project", ".mig"), "a file of that name harms nobody");
        Tool.Run("ln", Path.Combine(tree, "worked/.mig/config"), Path.Combine(tree, "worked/second-name"));
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-d", tree, _repository.Files["disk.img"], "16M");
        _repository.Commit(new CommitRequest { Disks = [_repository.Files["disk.img"]], Message = "repositories" });
        _out = Directory.CreateDirectory(_repository.Files["out"]).FullName;
    }

    [Fact]
    public void ABareRepositoryIsNotFoundFromBelow()
    {
        Attack.Mig("--repo", _repository.Folder, "extract", "HEAD:/project", _out).Ends(0);
        Assert.True(File.Exists(Path.Combine(_out, "project", "HEAD")));
        string below = Path.Combine(_out, "project", "below");
        foreach (string start in (string[])[below, Path.Combine(_out, "project"), Path.Combine(_out, "project", "refs", "heads")])
        {
            Attack.Mig("-C", start, "commit", "-m", "x", _repository.Files["disk.img"]).Ends(1, "bare");
            Attack.Mig("-C", start, "log").Ends(1, "safe.bareRepository");
        }

        Assert.False(File.Exists(_mark), "a hook of the image was run");

        // The controls: named, or allowed, it is a repository as any other.
        Attack.Mig("--repo", Path.Combine(_out, "project"), "commit", "-m", "x", _repository.Files["disk.img"]).Ends(0);
        Assert.True(File.Exists(_mark));
        Attack.Mig("-c", "safe.bareRepository=all", "-C", below, "log").Ends(0, "x");
        Attack.Mig(["MIG_DIR=" + Path.Combine(_out, "project")], "-C", below, "log").Ends(0, "x");
        Attack.Mig("-c", "safe.bareRepository=no", "-C", below, "log").Ends(2, "explicit or all");
    }

    [Fact]
    public void TheRepositoryAroundItIsTheOneThatCounts()
    {
        Attack.Mig("init", "-q", _out).Ends(0);
        Attack.Mig("--repo", _repository.Folder, "extract", "HEAD:/project", _out).Ends(0);
        Attack.Mig("-C", Path.Combine(_out, "project", "below"), "commit", "-m", "mine", _repository.Files["disk.img"])
            .Ends(0, "is passed over");
        Assert.False(File.Exists(_mark));
        Attack.Mig("--repo", _out, "log").Ends(0, "mine");
    }

    [Fact]
    public void FoldersNamedDotMigStayInTheImage()
    {
        string said = Attack.Mig("--repo", _repository.Folder, "extract", "HEAD:/", _out).Ends(0, "--allow-repositories");
        Assert.Contains("5 folders or links named .mig", said, StringComparison.Ordinal);
        Assert.Equal(["project"], Directory.GetFileSystemEntries(
            _out, ".m*ig*", new EnumerationOptions
            {
                RecurseSubdirectories = true, AttributesToSkip = 0,
                MatchCasing = MatchCasing.CaseInsensitive
            }).Select(path => Path.GetFileName(Path.GetDirectoryName(path)!)));
        Assert.Contains("repositories", said, StringComparison.Ordinal);

        // A further name of a file that stayed behind gets its content.
        Assert.Contains("[core]", File.ReadAllText(Path.Combine(_out, "worked", "second-name")), StringComparison.Ordinal);
        Attack.Mig("-C", Path.Combine(_out, "worked", "below"), "commit", "-m", "x", _repository.Files["disk.img"]).Ends(1);
        Assert.False(File.Exists(_mark), "a hook of the image was run");
    }

    [Fact]
    public void WhoAsksForThemGetsThem()
    {
        Attack.Mig("--repo", _repository.Folder, "extract", "HEAD:/worked/.mig", _out).Ends(2, "--allow-repositories");
        Assert.Empty(Directory.GetFileSystemEntries(_out));
        Attack.Mig("--repo", _repository.Folder, "extract", "--allow-repositories", "HEAD:/", _out).Ends(0);
        Attack.Mig("-C", Path.Combine(_out, "worked", "below"), "commit", "-m", "x", _repository.Files["disk.img"]).Ends(0);
        Assert.True(File.Exists(_mark), "the control: it is a repository with a hook");
        Attack.Mig("-C", Path.Combine(_out, "linked"), "log").Ends(22, "is a symbolic link");
    }

    [Fact]
    public void AnArchiveHoldsWhatTheImageHolds()
    {
        string archive = _repository.Files["all.tar"];
        Attack.Mig("--repo", _repository.Folder, "extract", "-o", archive, "HEAD:/worked").Ends(0);
        Assert.Contains("worked/.mig/hooks/pre-commit\n", Tool.Run("tar", "-tf", archive), StringComparison.Ordinal);
    }

    [Fact]
    public void ACloneBringsNoHooksAndNoSettings()
    {
        Attack.Trap(Path.Combine(_repository.Folder, "hooks", "post-checkout"), _mark);
        Attack.Trap(Path.Combine(_repository.Folder, "hooks", "pre-commit"), _mark);
        Attack.Mig("--repo", _repository.Folder, "config", "core.editor", "evil").Ends(0);
        Attack.Mig("clone", _repository.Folder, Path.Combine(_out, "clone")).Ends(0);
        Attack.Mig("-C", Path.Combine(_out, "clone"), "commit", "-m", "x", _repository.Files["disk.img"]).Ends(0);
        Assert.False(File.Exists(_mark));
        Attack.Mig("-C", Path.Combine(_out, "clone"), "config", "core.editor").Ends(1);
    }

    public void Dispose() => _repository.Dispose();
}
