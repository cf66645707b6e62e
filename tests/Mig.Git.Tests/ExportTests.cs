using Mig.Core;
using Mig.Edits.Operations;
using Mig.History.Commits;
using Mig.History.Revisions;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Branches;
using Mig.Versions.Merging;
using Mig.Versions.Tags;

namespace Mig.Git.Tests;

/// <summary>Versions as commits of Git, as <c>git</c> reads them.</summary>
public class ExportTests
{
    [Fact]
    public void GitReadsWhatWasPublished()
    {
        using var machine = new Machine();
        machine.Write("main", "etc/hostname", "web\n", "a new name\n\nAsked for by the owner.\n\nReviewed-by: B");
        machine.Export("out.git");
        Assert.Equal("", machine.Git("out.git", "fsck", "--strict", "--no-dangling"));
        Assert.Equal(
            [".gitattributes", "accounts.tsv", "disk.txt", "etc", "listeners.tsv", "manifest", "manifest.tsv", "packages.tsv",
                "privileged.tsv", "summary.md", "units.tsv"],
            machine.Git("out.git", "ls-tree", "--name-only", "main").TrimEnd().Split('\n').Order(StringComparer.Ordinal));
        Assert.Equal("etc/hostname\nmanifest/etc.tsv\n", machine.Git("out.git", "diff", "--name-only", "main~", "main"));
        Assert.Contains("-golden\n+web\n", machine.Git("out.git", "log", "-p", "main", "--", "etc/hostname"), StringComparison.Ordinal);
        Assert.Contains("(A U Thor 2023-11-14 22:13:20 +0000 1) web", machine.Git("out.git", "blame", "main", "--", "etc/hostname"),
            StringComparison.Ordinal);
        Assert.Contains("/usr/bin/tool\tsetuid\t4755\t0:0\n", machine.Git("out.git", "show", "main:privileged.tsv"),
            StringComparison.Ordinal);
        Assert.Equal("name\tuid\tgid\thome\tshell\tstate\nroot\t0\t0\t/root\t/bin/sh\t-\n",
            machine.Git("out.git", "show", "main:accounts.tsv"));
        Assert.StartsWith("# Test 1\n", machine.Git("out.git", "show", "main:summary.md"), StringComparison.Ordinal);
        Assert.Equal("Reviewed-by: B\nMig-Commit: " + machine.Git(
            "out.git", "log", "-1", "--format=%(trailers:key=Mig-Commit,valueonly)", "main").Trim() + "\n",
            machine.Git("out.git", "log", "-1", "--format=%(trailers)", "main").TrimEnd() + "\n");
    }

    [Fact]
    public void HistoryIsThatOfMig()
    {
        using var machine = new Machine();
        using Repository repository = machine.Open();
        new BranchEditor(repository).Create("side", "main", force: false);
        machine.Write("side", "etc/default/keyboard", "XKBLAYOUT=de\n", "keys\n");
        machine.Write("main", "etc/hostname", "web\n", "a name\n");
        using (Repository later = machine.Open())
        {
            Assert.Equal(MergeKind.Merged, new Merger(later)
                .Merge(new MergeRequest { Revision = "side" }, TestContext.Current.CancellationToken).Kind);
            new TagEditor(later).Create("v1", "main", "handed over\n", force: false);
            new TagEditor(later).Create("light", "side", null, force: false);
        }

        machine.Export("out.git");
        Assert.Equal("", machine.Git("out.git", "fsck", "--strict", "--no-dangling"));
        using Repository now = machine.Open();
        var names = new Dictionary<string, string>();
        foreach (string line in machine.Git("out.git", "log", "--all", "--format=%H %(trailers:key=Mig-Commit,valueonly,separator=)")
            .TrimEnd().Split('\n'))
            names[line.Split(' ')[1]] = line.Split(' ')[0];
        Assert.Equal(4, names.Count);
        foreach ((string mig, string git) in names)
        {
            Assert.True(ObjectId.TryParse(mig, out ObjectId id));
            Commit commit = now.Objects.ReadCommit(new CommitId(id));
            string parents = string.Join(' ', commit.Parents.Select(parent => names[parent.ToString()]));
            string said = $"{commit.Author}|{commit.Committer}|{parents}|{commit.Subject}";
            Assert.Equal(said + "\n", machine.Git("out.git", "log", "-1", "--date=raw", "--format=%an <%ae> %ad|%cn <%ce> %cd|%P|%s", git));
        }

        Assert.Equal("tag\n", machine.Git("out.git", "cat-file", "-t", "v1"));
        Assert.Equal("commit\n", machine.Git("out.git", "cat-file", "-t", "light"));
        Assert.Contains("tagger C O Mitter <committer@example.com> 1700000000 +0000\n\nhanded over\n",
            machine.Git("out.git", "cat-file", "-p", "v1"), StringComparison.Ordinal);
        Assert.Equal(machine.Git("out.git", "rev-parse", "main"), machine.Git("out.git", "rev-parse", "v1^{commit}"));
    }

    [Fact]
    public void OneAfterAnotherIsTheSameAsAtOnce()
    {
        using var machine = new Machine(Many);
        machine.Export("steps.git");
        machine.Write("main", "etc/hostname", "web\n");
        machine.Export("steps.git");
        machine.Edit("main", "a move and a removal", new MoveOperation("usr/bin"u8.ToArray(), "usr/programs"u8.ToArray()),
            new RemoveOperation("etc/default"u8.ToArray(), IsRecursive: true));
        machine.Export("steps.git");
        machine.Write("main", "many/n4711x", "between two others\n");
        machine.Write("main", "etc/linked", "new content of two names\n");
        machine.Write("main", "new/deep/down/file", "x");
        GitExportReport last = machine.Export("steps.git");
        Assert.Equal(3, last.NewVersions);
        machine.Export("known.git");
        machine.DropCache();
        machine.Export("whole.git");
        string tip = machine.Git("whole.git", "rev-parse", "main");
        Assert.Equal(tip, machine.Git("steps.git", "rev-parse", "main"));
        Assert.Equal(tip, machine.Git("known.git", "rev-parse", "main"));
        Assert.Equal("", machine.Git("steps.git", "fsck", "--strict", "--no-dangling"));
        Assert.Equal("new content of two names\n", machine.Git("steps.git", "show", "main:etc/second"));
        Assert.DoesNotContain("/usr/bin/", machine.Git("steps.git", "show", "main:privileged.tsv"), StringComparison.Ordinal);

        // A large directory has several tables, of which a change touches one, or two where it moves a border.
        Assert.InRange(machine.Git("steps.git", "ls-tree", "--name-only", "main:manifest/many.tsv").Split('\n').Length, 3, 60);
        Assert.InRange(machine.Git("steps.git", "diff", "--name-only", "main~3", "main~2").TrimEnd().Split('\n').Length, 1, 2);
        Assert.Equal(0, machine.Export("whole.git").NewVersions);

        static void Many(string files)
        {
            Directory.CreateDirectory(Path.Combine(files, "many"));
            for (int i = 0; i < 6000; i++)
                File.WriteAllText(Path.Combine(files, $"many/n{i}"), "");
            File.WriteAllText(Path.Combine(files, "etc/linked"), "two names\n");
            Tool.Run("ln", Path.Combine(files, "etc/linked"), Path.Combine(files, "etc/second"));
        }
    }

    [Fact]
    public void ChosenBranchesAndContents()
    {
        using var machine = new Machine(files => File.WriteAllBytes(Path.Combine(files, "usr/bin/binary"), [1, 0, 2]));
        using Repository repository = machine.Open();
        new BranchEditor(repository).Create("side", "main", force: false);
        machine.Write("side", "etc/hostname", "side\n");
        machine.Export("out.git", new GitExportOptions { Branches = ["main"], Contents = ["/usr/bin/*"] });
        Assert.Equal("refs/heads/main\n", machine.Git("out.git", "for-each-ref", "--format=%(refname)"));
        Assert.Equal("etc/default/keyboard\netc/hostname\netc/os-release\netc/passwd\nusr/bin/binary\nusr/bin/tool\n",
            machine.Git("out.git", "ls-tree", "-r", "--name-only", "main", "etc", "usr"));
        Assert.Contains("100755 blob", machine.Git("out.git", "ls-tree", "main", "usr/bin/tool"), StringComparison.Ordinal);
        Assert.Equal("3\n", machine.Git("out.git", "cat-file", "-s", "main:usr/bin/binary"));
        Assert.Throws<NotFoundException>(() => machine.Export("out.git", new GitExportOptions { Branches = ["missing"] }));
    }

    [Fact]
    public void CheckedOutFilesFollow()
    {
        using var machine = new Machine();
        Tool.Run("git", "init", "-q", "-b", "main", machine.Files["work"]);
        machine.Export("work");
        Assert.Equal("", machine.Git("work", "status", "--porcelain"));
        machine.Write("main", "etc/hostname", "web\n");
        File.AppendAllText(machine.Files["work/etc/passwd"], "mine\n");
        Assert.Contains("checked out", Assert.Throws<ConflictException>(() => machine.Export("work")).Message, StringComparison.Ordinal);
        Assert.EndsWith("mine\n", File.ReadAllText(machine.Files["work/etc/passwd"]), StringComparison.Ordinal);
        machine.Git("work", "checkout", "-q", "--", ".");
        machine.Export("work");
        Assert.Equal("web\n", File.ReadAllText(machine.Files["work/etc/hostname"]));
        Assert.Equal("", machine.Git("work", "status", "--porcelain"));
    }

    [Fact]
    public void VolumesThatWereNotSeenAreNamed()
    {
        using var repository = new TestRepository();
        TestDisks.Gpt(repository.Files, "disk.raw");
        using (FileStream disk = File.OpenWrite(repository.Files["disk.raw"]))
        {
            disk.Position = 1 << 20;
            disk.Write(new byte[4096]);
        }

        repository.Commit("disk.raw");
        using Repository opened = repository.Open();
        new GitExporter(opened, new GitExportOptions()).ExportTo(repository.Files["out.git"], TestContext.Current.CancellationToken);
        Assert.Contains("1 of disk.raw was not looked into: ",
            Tool.Run("git", "-C", repository.Files["out.git"], "show", "main:summary.md"), StringComparison.Ordinal);
        Assert.Contains("    not seen: ", Tool.Run("git", "-C", repository.Files["out.git"], "show", "main:disk.txt"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralVolumesAndEmptyDisks()
    {
        using var repository = new TestRepository();
        TestDisks.Gpt(repository.Files, "disk.raw");
        repository.Files.Sparse("empty.raw", 1 << 20);
        repository.Commit("disk.raw", "empty.raw");
        repository.Commit("empty.raw");
        using Repository opened = repository.Open();
        new GitExporter(opened, new GitExportOptions()).ExportTo(repository.Files["out.git"], TestContext.Current.CancellationToken);
        Assert.Equal("", Tool.Run("git", "-C", repository.Files["out.git"], "fsck", "--strict", "--no-dangling"));
        Assert.Contains("manifest/@disk.raw.1.tsv\n", Tool.Run(
            "git", "-C", repository.Files["out.git"], "ls-tree", "-r", "--name-only", "main~"), StringComparison.Ordinal);
        Assert.DoesNotContain("manifest", Tool.Run("git", "-C", repository.Files["out.git"], "ls-tree", "-r", "--name-only", "main"),
            StringComparison.Ordinal);
    }
}
