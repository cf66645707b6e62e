using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Remotes;

/// <summary>
/// What becomes of the configuration and of tracking refs; git reads mig's configuration and refs, and does the same to a copy.
/// </summary>
public sealed class RemoteEditorTests
{
    [Fact]
    public void Adding_renaming_and_removing_writes_what_git_writes()
    {
        using var test = new TestRepository();
        using var git = new TestFolder();
        Tool.Run("git", "init", "-q", "--bare", "--object-format=sha256", "-b", "main", git["git"]);
        Edit(test, editor => editor.Add("origin", "/srv/images"), git, "remote", "add", "origin", "/srv/images");
        Edit(test, editor => editor.Add("lab", "ssh://host/lab", TagFetch.None, ["web", "db"]), git, "remote", "add", "--no-tags", "-t",
            "web", "-t", "db", "lab", "ssh://host/lab");
        Set(test, git, "branch.main.remote", "origin");
        Set(test, git, "branch.main.merge", "refs/heads/main");
        Set(test, git, "branch.web.pushremote", "origin");
        Edit(test, editor => editor.Rename("origin", "up"), git, "remote", "rename", "origin", "up");
        Edit(test, editor => editor.SetUrl("up", false, UrlChange.Add, "/srv/other"), git, "remote", "set-url", "--add", "up",
            "/srv/other");
        Edit(test, editor => editor.SetUrl("up", true, UrlChange.Replace, "/srv/push"), git, "remote", "set-url", "--push", "up",
            "/srv/push");
        Edit(test, editor => editor.SetUrl("up", false, UrlChange.Replace, "/srv/third", "/srv/other"), git, "remote", "set-url", "up",
            "/srv/third", "/srv/other");
        Edit(test, editor => editor.SetUrl("up", false, UrlChange.Delete, null, "/srv/images"), git, "remote", "set-url", "--delete", "up",
            "/srv/images");
        Edit(test, editor => editor.Remove("lab"), git, "remote", "remove", "lab");
        Edit(test, editor => editor.Remove("up"), git, "remote", "remove", "up");
    }

    [Fact]
    public void Tracking_refs_and_their_logs_are_renamed_and_removed()
    {
        using var test = new TestRepository();
        ObjectId id = ObjectId.Of("a commit"u8);
        Use(test, (_, editor) => editor.Add("origin", "/srv/images"));
        Use(test, (repository, _) =>
        {
            new RefStore(repository.Folder).BeginTransaction(repository.Identity.Committer())
                .Update(RefName.RemoteBranch("origin", "main"), default(ObjectId), id, "fetch: storing head")
                .Update(RefName.RemoteBranch("origin", "a/b"), default(ObjectId), id, "fetch: storing head")
                .SetSymbolic(RefName.Parse("refs/remotes/origin/HEAD"), RefName.RemoteBranch("origin", "main"), "head")
                .Commit();
        });
        Use(test, (_, editor) => editor.Rename("origin", "up"));
        Use(test, (repository, _) =>
        {
            Assert.Equal(["refs/remotes/up/HEAD", "refs/remotes/up/a/b", "refs/remotes/up/main"], repository.Refs.ListNames("refs/")
                .Select(name => name.Value));
            Assert.Equal(RefName.RemoteBranch("up", "main"), repository.Refs.ReadSymbolic(RefName.Parse("refs/remotes/up/HEAD")));
            Assert.Equal("fetch: storing head", repository.Refs.ReadLog(RefName.RemoteBranch("up", "main"))[^1].Reason);
        });
        Use(test, (_, editor) => editor.Remove("up"));
        Use(test, (repository, _) =>
        {
            Assert.Empty(repository.Refs.ListNames("refs/"));
            Assert.Empty(repository.Refs.ListLogs());
            Assert.Empty(new RemoteConfiguration(repository).Names);
        });
    }

    [Fact]
    public void What_is_wrong_is_refused()
    {
        using var test = new TestRepository();
        Use(test, (_, editor) => editor.Add("origin", "/srv/images"));
        Use(test, (repository, editor) =>
        {
            Assert.Throws<ConflictException>(() => editor.Add("origin", "/srv/other"));
            Assert.Throws<ConflictException>(() => editor.Add("origin/sub", "/srv/other"));
            Assert.Throws<UsageException>(() => editor.Add("a..b", "/srv/other"));
            Assert.Throws<UsageException>(() => editor.Add("-x", "/srv/other"));
            Assert.Throws<UsageException>(() => editor.Add("lab", "ssh://-oProxyCommand=sh/x"));
            Assert.Contains("'origin'", Assert.Throws<NotFoundException>(() => editor.Remove("orgin")).Message, StringComparison.Ordinal);
            Assert.Throws<NotFoundException>(() => editor.Rename("nix", "lab"));
            Assert.Throws<NotFoundException>(() => editor.SetUrl("origin", false, UrlChange.Delete, null, "/nix"));
            Assert.Throws<ConflictException>(() => editor.SetUrl("origin", false, UrlChange.Delete, null, "/srv/images"));
            Assert.Equal(["origin"], new RemoteConfiguration(repository).Names);
        });
    }

    [Fact]
    public void The_longest_insteadOf_replaces_the_beginning_of_an_address()
    {
        using var test = new TestRepository();
        Use(test, (_, editor) => editor.Add("origin", "lab:web"));
        Config.RepositoryFile(test.Folder).Update(document =>
        {
            document.Set(ConfigKey.Parse("url./short/.insteadOf"), "la");
            document.Set(ConfigKey.Parse("url.ssh://host/srv/.insteadOf"), "lab:");
        });
        Use(test, (repository, _) => Assert.Equal(["ssh://host/srv/web"], new RemoteConfiguration(repository).Read("origin").Urls));
    }

    private static void Use(TestRepository test, Action<Repository, RemoteEditor> action)
    {
        using Repository repository = test.Open();
        action(repository, new RemoteEditor(repository));
    }

    private static void Set(TestRepository test, TestFolder git, string key, string value)
    {
        Config.RepositoryFile(test.Folder).Update(document => document.Set(ConfigKey.Parse(key), value));
        Tool.Run("git", "-C", git["git"], "config", key, value);
    }

    private static void Edit(TestRepository test, Action<RemoteEditor> edit, TestFolder git, params string[] arguments)
    {
        Use(test, (_, editor) => edit(editor));
        Tool.Run("git", ["-C", git["git"], .. arguments]);
        Assert.Equal(Read(Path.Combine(git["git"], "config")), Read(Path.Combine(test.Folder, "config")));
    }

    private static IEnumerable<string> Read(string file) => Tool.Run("git", "config", "--file", file, "--list").Split('\n')
        .Where(line => line.StartsWith("remote.", StringComparison.Ordinal) || line.StartsWith("branch.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
