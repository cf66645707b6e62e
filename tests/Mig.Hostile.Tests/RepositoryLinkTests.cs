using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>
/// A repository with symbolic links, FIFOs and devices where files and folders of its own belong: refused by name, and what a link leads to
/// stays as it is.
/// </summary>
public sealed class RepositoryLinkTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly string _victim;

    public RepositoryLinkTests()
    {
        TestDisks.FileSystem(_repository.Files, "disk.img", "-t ext4 -b 1024", "8M");
        _repository.Commit("disk.img");
        _victim = Directory.CreateDirectory(_repository.Files["victim"]).FullName;
        foreach (string name in (string[])["precious", "pack-0123456789abcdef0123456789abcdef", "stat-1", "HEAD", "main", "config"])
            File.WriteAllText(Path.Combine(_victim, name), "precious\n");
        Directory.CreateDirectory(Path.Combine(_victim, "below"));
        File.WriteAllText(Path.Combine(_victim, "below", "precious"), "precious\n");
    }

    /// <summary>The places of a repository that commands read, write and clear away.</summary>
    public static TheoryData<string> Folders =>
        ["tmp", "packs", "cache", "cache/stat", "cache/content", "cache/deeper/still", "locks", "purged", "refs", "refs/heads", "logs",
        "logs/refs"];

    public static TheoryData<string> Files =>
        ["HEAD", "config", "catalog.db", "catalog.db-wal", "shallow", "COMMIT_EDITMSG", "FETCH_HEAD", "packed-refs", "locks/objects",
        "tmp/pack-1", "cache/stat/file", "refs/heads/main", "logs/HEAD"];

    [Theory]
    [MemberData(nameof(Folders))]
    public void AFolderThatIsALinkIsRefusedByEveryVerb(string name)
    {
        Link(name, _victim);
        AssertRefused(name);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void AFileThatIsALinkIsRefusedByEveryVerb(string name)
    {
        Link(name, Path.Combine(_victim, "precious"));
        AssertRefused(name);
    }

    [Theory]
    [InlineData("config")]
    [InlineData("HEAD")]
    [InlineData("shallow")]
    [InlineData("refs/heads/main")]
    [InlineData("tmp/pack-1")]
    [InlineData("catalog.db")]
    [InlineData("locks/refs")]
    public void NobodyWaitsForAFifo(string name)
    {
        string path = Path.Combine(_repository.Folder, name);
        File.Delete(path);
        Tool.Run("mkfifo", path);
        foreach (string[] verb in (string[][])[["log"], ["commit", "-m", "x", _repository.Files["disk.img"]]])
            Assert.InRange(Attack.Mig(["--repo", _repository.Folder, .. verb]).Result.ExitCode, 1, 23);
    }

    // A pipe has not the length of the pack whose name it has, so it is as good as missing.
    [Theory]
    [InlineData(".pack", 1, "is not in this repository")]
    [InlineData(".idx", 4, "is not a file")]
    public void APackIsAFileOrRefused(string extension, int exitCodeOfPipes, string ofPipes)
    {
        string[] packs = Directory.GetFiles(Path.Combine(_repository.Folder, "packs"), "*" + extension);
        foreach (string pack in packs)
        {
            File.Move(pack, _repository.Files[Path.GetFileName(pack)]);
            File.CreateSymbolicLink(pack, _repository.Files[Path.GetFileName(pack)]);
        }

        Assert.Contains(packs, Attack.Mig("--repo", _repository.Folder, "cat", "HEAD:/etc/os-release")
            .Ends(4, "is a symbolic link").Contains);
        Array.ForEach(packs, File.Delete);
        foreach (string pack in packs)
            Tool.Run("mkfifo", pack);
        Attack.Mig("--repo", _repository.Folder, "cat", "HEAD:/etc/os-release").Ends(exitCodeOfPipes, ofPipes);
        foreach (string pack in packs)
            File.Move(_repository.Files[Path.GetFileName(pack)], pack, overwrite: true);
        Attack.Mig("--repo", _repository.Folder, "cat", "HEAD:/etc/os-release").Ends(0, "NAME=test");
    }

    [Fact]
    public void TheProgramRefusesWhateverItIsAskedFor()
    {
        string other = _repository.Files["other"];
        Repository.Initialize(other, isBare: true, TestRepository.Context);
        Link("tmp", _victim);
        string[][] commands =
        [
            ["--repo", _repository.Folder, "gc"],
            ["--repo", _repository.Folder, "fsck"],
            ["--repo", _repository.Folder, "commit", "-m", "again", _repository.Files["disk.img"]],
            ["--repo", _repository.Folder, "put", _repository.Files["disk.img"], "HEAD:/file"],
            ["--repo", _repository.Folder, "purge", "--path", "/etc/os-release"],
            ["--repo", _repository.Folder, "reindex"],
            ["--repo", _repository.Folder, "fetch", other],
            ["--repo", _repository.Folder, "push", other, "main"],
            ["--repo", other, "push", _repository.Folder, "main"],
            ["--repo", other, "fetch", _repository.Folder],
            ["clone", _repository.Folder, _repository.Files["clone"]],
            ["clone", "--bare", _repository.Folder, _repository.Files["clone"]],
            ["serve", "--stdio", _repository.Folder],
        ];
        foreach (string[] command in commands)
        {
            string said = Attack.Mig(command).Result.Output;
            Assert.True(said.Contains("REPO-002", StringComparison.Ordinal) && said.Contains(
                Path.Combine(_repository.Folder, "tmp"), StringComparison.Ordinal), $"{string.Join(' ', command)}: {said}");
            AssertVictim();
        }

        // The control: without the link the same commands do what they are for.
        File.Delete(Path.Combine(_repository.Folder, "tmp"));
        Attack.Mig(commands[0]).Ends(0);
        Attack.Mig(commands[10]).Ends(0);
    }

    [Fact]
    public void AFolderDotMigThatIsALinkIsNotFollowed()
    {
        string here = Directory.CreateDirectory(_repository.Files["here"]).FullName;
        Directory.CreateSymbolicLink(Path.Combine(here, ".mig"), _repository.Folder);
        Attack.Mig("-C", here, "log").Ends(22, "is a symbolic link");
        Attack.Mig("--repo", here, "log").Ends(22, "is a symbolic link");

        // Links on the way to what the user named are the user's own.
        Attack.Mig("--repo", Path.Combine(here, ".mig"), "log").Ends(0, "a version");
        Directory.CreateSymbolicLink(_repository.Files["named"], _repository.Folder);
        Attack.Mig("--repo", _repository.Files["named"], "log").Ends(0, "a version");
        string empty = Directory.CreateDirectory(_repository.Files["empty"]).FullName;
        Directory.CreateSymbolicLink(Path.Combine(empty, ".mig"), _victim);
        Attack.Mig("init", empty).Ends(22, "is a symbolic link");
        AssertVictim();
    }

    [Fact]
    public void WhatIsTheRepositorysOwnIsNotRefused()
    {
        // Programs that the owner linked to, and folders that mig knows nothing of.
        File.CreateSymbolicLink(Path.Combine(_repository.Folder, "hooks", "pre-commit"), "/bin/true");
        Directory.CreateDirectory(Path.Combine(_repository.Folder, "notes"));
        using Repository repository = _repository.Open();
        Assert.NotNull(repository.Refs.ReadHead().Id);
    }

    public void Dispose() => _repository.Dispose();

    private void Link(string name, string target)
    {
        string path = Path.Combine(_repository.Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        File.Delete(path);

        // A repository without HEAD or packs is none: the link shall look like what it replaces.
        if (name == "HEAD")
            File.WriteAllText(Path.Combine(_victim, "precious"), "ref: refs/heads/main\n");
        File.CreateSymbolicLink(path, target);
    }

    private void AssertRefused(string name)
    {
        string before = Listing();
        CorruptStoreException refused = Assert.Throws<CorruptStoreException>(() =>
        {
            using Repository repository = _repository.Open();
            _ = repository.Refs.ReadHead();
            _ = repository.Refs.List();
            _ = repository.Refs.ListLogs();
            _ = repository.Refs.ReadLog(History.Refs.RefName.Head);
        });
        Assert.True(refused.Code is "REPO-002" or "HIST-011", refused.Message);
        Assert.Contains(Path.GetFileName(name), refused.Message, StringComparison.Ordinal);
        Exception?[] others = [Record.Exception(() => _repository.Check()), Record.Exception(() => _repository.Commit("disk.img")),
            Record.Exception(Clone)];
        if (refused.Code == "REPO-002")
            Assert.All(others, other => Assert.Equal("REPO-002", Assert.IsType<CorruptStoreException>(other).Code));
        Assert.Equal(before, Listing());
    }

    private void Clone() => new CloneOperation(
        new CloneOptions { Address = _repository.Folder, Directory = _repository.Files["clone"], BaseFolder = "/" }, TestRepository.Context)
        .Run(TestContext.Current.CancellationToken);

    private void AssertVictim()
    {
        Assert.Equal(7, Directory.GetFiles(_victim, "*", SearchOption.AllDirectories).Length);
        Assert.All(Directory.GetFiles(_victim, "*", SearchOption.AllDirectories), path =>
            Assert.Equal("precious\n", File.ReadAllText(path)));
    }

    private string Listing() => Tool.Run("find", _victim, "-printf", "%P %y %s %T@ %m\n");
}
