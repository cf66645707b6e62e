using System.Text;
using Mig.Core;
using Mig.History.Merging;
using Mig.Machines.Merging;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Branches;
using Mig.Versions.Merging;

namespace Mig.Tests.Versions.Merging;

/// <summary>Merges of real disks: the kernel makes both sides and the expected result, and diff -r compares.</summary>
public sealed class MergeTests : IDisposable
{
    private const string Left = """
        echo 'alice:x:1000:1000::/home/alice:/bin/sh' >> etc/passwd; sed -i 's/^adm:.*/adm:x:4:root,alice/' etc/group; sed -i 's/^3$/three/' etc/conf
        mkdir -p opt/one; echo one > opt/one/f; chmod 600 etc/hosts; setfattr -n user.k -v 1 etc/hosts; mv usr/share/doc/file7.txt usr/share/doc/seven; ln usr/above opt/above
        """;

    private const string Right = """
        echo 'bob:x:1001:1001::/home/bob:/bin/sh' >> etc/passwd; sed -i 's/^adm:.*/adm:x:4:root,bob/' etc/group; sed -i 's/^20$/twenty/' etc/conf
        mkdir -p opt/two; echo two > opt/two/f; echo 10.0.0.1 x >> etc/hosts; rm usr/large; ln -sfn /etc/hosts etc/link; mknod opt/null c 1 3; mkfifo opt/fifo; rmdir empty
        echo more >> usr/share/doc/file7.txt; echo end >> usr/sparse; chown 5:6 usr/exact; rm -r usr/share/doc/file1?.txt
        """;

    // What somebody would have done who wanted all of it.
    private const string Both = """
        printf 'alice:x:1000:1000::/home/alice:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n' >> etc/passwd; sed -i 's/^adm:.*/adm:x:4:root,alice,bob/' etc/group
        sed -i 's/^3$/three/; s/^20$/twenty/' etc/conf; mkdir -p opt/one opt/two; echo one > opt/one/f; echo two > opt/two/f; chmod 600 etc/hosts; echo 10.0.0.1 x >> etc/hosts
        mv usr/share/doc/file7.txt usr/share/doc/seven; echo more >> usr/share/doc/seven; ln usr/above opt/above; rm usr/large; ln -sfn /etc/hosts etc/link; mknod opt/null c 1 3; mkfifo opt/fifo
        rmdir empty; echo end >> usr/sparse; chown 5:6 usr/exact; rm -r usr/share/doc/file1?.txt
        """;

    private readonly MergeBench _bench = new();

    [Theory]
    [InlineData("-t ext4 -b 4096")]
    [InlineData("-t ext4 -b 1024 -O ea_inode,inline_data,large_dir")]
    [InlineData("-t ext2 -b 1024")]
    public void BothSidesAreInTheResult(string options)
    {
        _bench.Begin(Base, options);
        _bench.Commit("left", "main", "base", folder => Shell(folder, Left));
        _bench.Commit("right", "main", "base", folder => Shell(folder, Right));
        _bench.Change("base", "expected", folder => Shell(folder, Both));
        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.Equal(MergeKind.Merged, outcome.Kind);
        _bench.Look("left", folder =>
        {
            using var expected = new Testing.FileSystems.LoopMount(_bench.Test.Files["expected"], "ro");
            Assert.Equal("", Tool.Run("diff", "-r", "--no-dereference", "-x", "fifo", "-x", "null", expected.Path, folder));
            Assert.Equal(Listing(expected.Path), Listing(folder));
            Assert.Equal("1", Tool.Run("getfattr", "--absolute-names", "--only-values", "-n", "user.k", folder + "/etc/hosts"));

            // The judge sees what is different.
            Assert.NotEqual(0, Tool.Try("diff", "-r", "--no-dereference", Path.Combine(expected.Path, "opt", "one"),
                Path.Combine(folder, "opt", "two")).ExitCode);
        });
        _bench.Test.AssertClean();
    }

    [Fact]
    public void ConflictsChangeNothingAndAreResolvedInAFolder()
    {
        _bench.Begin(Base);
        _bench.Commit("left", "main", "base", folder =>
            Shell(folder,
            "sed -i 's/^5$/left/' etc/conf; chmod 640 etc/conf; touch -d @1600000000 etc/conf; rm etc/hosts; echo l > etc/both; chmod 700 "
            + "usr/exact; rm usr/above; mkdir usr/above"));
        _bench.Commit("right", "main", "base", folder =>
            Shell(folder,
            "sed -i 's/^5$/right/' etc/conf; chown 5:6 etc/conf; touch -d @1600000100 etc/conf; echo x >> etc/hosts; echo r > etc/both; "
            + "chmod 711 usr/exact; echo x >> usr/above"));
        _bench.SwitchTo("left");
        ObjectId? before = _bench.Tip("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.Equal(MergeKind.Conflict, outcome.Kind);
        Assert.Equal(before, _bench.Tip("left"));
        Assert.Equal(
            ["/etc/both AddAdd", "/etc/conf Content", "/etc/hosts ModifyDelete", "/usr/above DirectoryFile", "/usr/exact Metadata"],
            outcome.Plan!.Conflicts.Select(item => $"{MergeConflictPath.Of(item.Prefix, item.Conflict.Path.Span)} {item.Conflict.Kind}"));
        var folder = new ConflictFolder(_bench.Test.Files["conflicts"]);
        _bench.Do(repository => folder.Write(repository, new MergeRequest { Revision = "right" }, outcome));
        Assert.Contains("<<<<<<< ours\nleft\n=======\nright\n>>>>>>> theirs\n", File.ReadAllText(_bench.Test.Files["conflicts/2/merged"]),
            StringComparison.Ordinal);

        var choices = new MergeChoices { Theirs = ["/etc/hosts", "usr/above"], Ours = ["/usr/exact"] };
        Assert.Contains("2 conflicts", Assert.Throws<ConflictException>(() =>
            _bench.Do(repository => folder.Read(repository, choices))).Message, StringComparison.Ordinal);
        File.WriteAllText(_bench.Test.Files["conflicts/1/merged"], "both\n");
        File.WriteAllText(_bench.Test.Files["conflicts/2/merged"], "by hand\n");
        _bench.Do(repository => Assert.Equal(
            MergeKind.Merged, new Merger(repository).Merge(folder.Read(repository, choices), TestContext.Current.CancellationToken).Kind));
        _bench.Look("left", mount =>
        {
            Assert.Equal("both\n", File.ReadAllText(mount + "/etc/both"));
            Assert.Equal("by hand\n", File.ReadAllText(mount + "/etc/conf"));
            Assert.Equal("640 5:6 1600000100", Tool.Run("stat", "-c", "%a %u:%g %Y", mount + "/etc/conf").Trim());
            Assert.EndsWith("x\n", File.ReadAllText(mount + "/etc/hosts"), StringComparison.Ordinal);
            Assert.True(File.Exists(mount + "/usr/above"));
            Assert.Equal("700", Tool.Run("stat", "-c", "%a", mount + "/usr/exact").Trim());
        });
        Assert.Contains("elsewhere", Assert.Throws<ConflictException>(() =>
            _bench.Do(repository => folder.Read(repository, choices))).Message, StringComparison.Ordinal);
    }

    // Both took the next free number. No side decides that: files belong to numbers.
    [Fact]
    public void NumbersThatBothSidesGaveAwayAreRefusedUntilOneIsAnother()
    {
        _bench.Begin(Base);
        _bench.Commit("left", "main", "base", folder => Shell(folder, "echo 'alice:x:1001:1001::/:/bin/sh' >> etc/passwd"));
        _bench.Commit("right", "main", "base", folder => Shell(folder, "echo 'carol:x:1001:1001::/:/bin/sh' >> etc/passwd"));
        _bench.SwitchTo("left");
        foreach (MergeChoices choices in (MergeChoices[])[
            MergeChoices.None, new MergeChoices { Favored = MergeSide.Ours }, new MergeChoices { Theirs = ["/etc/passwd"] }])
            Assert.Equal("'alice' here and 'carol' there have the same number 1001",
                Assert.Single(_bench.Merge("right", choices).Plan!.Conflicts).Conflict.Reason);
        var folder = new ConflictFolder(_bench.Test.Files["conflicts"]);
        _bench.Do(repository => folder.Write(repository, new MergeRequest { Revision = "right" }, _bench.Merge("right")));
        Assert.Contains("/etc/passwd", Assert.Throws<ConflictException>(() =>
            _bench.Do(repository => folder.Read(repository, MergeChoices.None))).Message, StringComparison.Ordinal);
        string merged = _bench.Test.Files["conflicts/1/merged"], text = File.ReadAllText(merged);
        Assert.Equal(MergeKind.Conflict, Continue(text.Replace("alice:x:1001", "alice:y:1001", StringComparison.Ordinal)));
        Assert.Equal(MergeKind.Merged, Continue(text.Replace("carol:x:1001", "carol:x:1002", StringComparison.Ordinal)));
        _bench.Look("left", mount => Assert.EndsWith("alice:x:1001:1001::/:/bin/sh\ncarol:x:1002:1001::/:/bin/sh\n",
            File.ReadAllText(mount + "/etc/passwd"), StringComparison.Ordinal));

        MergeKind Continue(string content)
        {
            File.WriteAllText(merged, content);
            MergeKind kind = default;
            _bench.Do(repository => kind = new Merger(repository)
                .Merge(folder.Read(repository, MergeChoices.None), TestContext.Current.CancellationToken).Kind);
            return kind;
        }
    }

    // The kernel would let nobody write to such a file; a merge has what both did.
    [Fact]
    public void AnImmutableFileGetsTheirContentAndKeepsItsFlag()
    {
        _bench.Begin(Base);
        _bench.Commit("left", "main", "base", folder => Shell(folder, "chattr +i etc/conf empty; chattr +a etc/hosts"));
        _bench.Commit("right", "main", "base", folder =>
            Shell(folder, "sed -i 's/^5$/right/' etc/conf; echo new > etc/hosts; echo r > empty/new"));
        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
        _bench.Look("left", mount =>
        {
            Assert.Contains("right\n", File.ReadAllText(mount + "/etc/conf"), StringComparison.Ordinal);
            Assert.Equal("new\nr\n", File.ReadAllText(mount + "/etc/hosts") + File.ReadAllText(mount + "/empty/new"));
            Assert.Matches("^....i.*/etc/conf\n.....a.*/etc/hosts\n....i.*/empty\n$",
                Tool.Run("lsattr", "-d", mount + "/etc/conf", mount + "/etc/hosts", mount + "/empty"));
        });
    }

    // Three names of one file here are two files there; one of them is edited.
    [Fact]
    public void NamesThatWereRegroupedHereAndEditedThereAreAConflict()
    {
        _bench.Begin(folder =>
        {
            Base(folder);
            Shell(folder, "echo old > etc/a; ln etc/a etc/b; ln etc/a etc/c");
        });
        _bench.Commit("left", "main", "base", folder => Shell(folder, "rm etc/a; echo alone > etc/a"));
        _bench.Commit("right", "main", "base", folder => Shell(folder, "echo edited > etc/b"));
        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.Equal(MergeKind.Conflict, outcome.Kind);
        Assert.Contains(outcome.Plan!.Conflicts, item => Encoding.UTF8.GetString(item.Conflict.Path.Span) is "etc/a" or "etc/b");
    }

    [Fact]
    public void AGroupHasNoMemberWhomTheOtherSideRemoved()
    {
        _bench.Begin(folder =>
        {
            Base(folder);
            Shell(folder, "echo 'bob:x:1001:1001::/:/bin/sh' >> etc/passwd; echo 'bob:x:1001:' >> etc/group");
        });
        _bench.Commit("left", "main", "base", folder => Shell(folder, "sed -i '/^bob:/d' etc/passwd etc/group"));
        _bench.Commit("right", "main", "base", folder => Shell(folder, "sed -i 's/^adm:.*/adm:x:4:root,bob/' etc/group"));
        _bench.SwitchTo("left");
        (string _, MergeConflict conflict) = Assert.Single(_bench.Merge("right").Plan!.Conflicts);
        Assert.Equal("etc/passwd: 'bob' was removed here and changed there",
            $"{Encoding.UTF8.GetString(conflict.Path.Span)}: {conflict.Reason}");
        Assert.Equal(MergeKind.Merged, _bench.Merge("right", new MergeChoices { Favored = MergeSide.Ours }).Kind);
        _bench.Look("left", mount => Assert.DoesNotContain(
            "bob", File.ReadAllText(mount + "/etc/passwd") + File.ReadAllText(mount + "/etc/group"), StringComparison.Ordinal));
    }

    [Fact]
    public void TheLongerPathDecidesAndOneThatDecidesNothingIsRefused()
    {
        _bench.Begin(Base);
        _bench.Commit("left", "main", "base", folder => Shell(folder, "echo l > etc/both; echo l > etc/hosts"));
        _bench.Commit("right", "main", "base", folder => Shell(folder, "echo r > etc/both; echo r > etc/hosts"));
        _bench.SwitchTo("left");
        Assert.Contains("'/etc/host'", Assert.Throws<UsageException>(() =>
            _bench.Merge("right", new MergeChoices { Ours = ["/etc", "/etc/host"] })).Message, StringComparison.Ordinal);
        Assert.Equal(MergeKind.Merged, _bench.Merge("right", new MergeChoices { Ours = ["/etc"], Theirs = ["/etc/both"] }).Kind);
        _bench.Look("left", mount => Assert.Equal(
            "r\nl\n", File.ReadAllText(mount + "/etc/both") + File.ReadAllText(mount + "/etc/hosts")));
    }

    [Fact]
    public void ACrissCrossHasAMergeOfItsBasesAsBase()
    {
        _bench.Begin(Base);
        _bench.Commit("left", "main", "base", folder => Shell(folder, "sed -i 's/^2$/left/' etc/conf"));
        _bench.Commit("right", "main", "base", folder => Shell(folder, "sed -i 's/^29$/right/' etc/conf; echo r > etc/right"));
        _bench.Do(repository => new BranchEditor(repository).Create("left2", "left", force: false));
        _bench.SwitchTo("left");
        Assert.Equal(MergeKind.Merged, _bench.Merge("right").Kind);
        _bench.SwitchTo("right");
        Assert.Equal(MergeKind.Merged, _bench.Merge("left2").Kind);

        // Each side goes on; with either of the two bases alone, one of these would be a conflict.
        _bench.Test.Export("left-merged", revision: "left");
        _bench.Test.Export("right-merged", revision: "right");
        _bench.Commit("left", "left", "left-merged", folder => Shell(folder, "sed -i 's/^left$/left again/' etc/conf; rm etc/right"));
        _bench.Commit("right", "right", "right-merged", folder => Shell(folder, "sed -i 's/^right$/right again/' etc/conf"));
        Assert.Equal(2, BaseCount("left", "right"));
        MergeOutcome outcome = _bench.Merge("left");
        Assert.Equal(MergeKind.Merged, outcome.Kind);
        _bench.Look("right", folder =>
        {
            Assert.Contains("left again\n", File.ReadAllText(folder + "/etc/conf"), StringComparison.Ordinal);
            Assert.Contains("right again\n", File.ReadAllText(folder + "/etc/conf"), StringComparison.Ordinal);
            Assert.False(File.Exists(folder + "/etc/right"));
        });
    }

    [Fact]
    public void ABranchMovesOnWhereNothingIsToBeMerged()
    {
        _bench.Begin(Base);
        _bench.Commit("right", "main", "base", folder => Shell(folder, "echo r > etc/right"));
        _bench.SwitchTo("main");
        Assert.Equal(MergeKind.UpToDate, _bench.Merge("origin").Kind);
        _bench.Do(repository =>
        {
            MergeOutcome merged = new Merger(repository).Merge(
                new MergeRequest { Revision = "right", NoFastForward = true, Message = "by hand" }, TestContext.Current.CancellationToken);
            Assert.Equal(MergeKind.Merged, merged.Kind);

            // Only their side changed: the disk is theirs, bit for bit.
            Assert.Equal(Layout(repository, "right"), Layout(repository, "HEAD"));
            Assert.Equal("by hand\n\nNotes of the merge:\n* base: only they changed this disk, so it was taken whole\n",
                repository.Objects.ReadCommit(merged.After).Message);
        });
        _bench.Commit("other", "origin", "base", folder => Shell(folder, "echo o > etc/other"));
        _bench.Do(repository => Assert.Throws<ConflictException>(() => new Merger(repository)
            .Merge(new MergeRequest { Revision = "main", FastForwardOnly = true }, TestContext.Current.CancellationToken)));
        Assert.Equal(MergeKind.FastForward, FastForward());
        Assert.Equal(_bench.Tip("main"), _bench.Tip("origin"));

        MergeKind FastForward()
        {
            _bench.SwitchTo("origin");
            return _bench.Merge("main").Kind;
        }
    }

    [Fact]
    public void BytesOutsideOfFilesAreNeverLost()
    {
        TestDisks.Gpt(_bench.Test.Files, "disk");
        _bench.Test.Commit("disk");
        _bench.Do(repository => new BranchEditor(repository).Create("theirs", "HEAD", force: false));
        Write("disk", "ours", 100 << 10, 0, (9 << 20) + 4096 + 100);
        _bench.Test.Commit("ours");
        _bench.SwitchTo("theirs");
        Write("disk", "boot", 0, 0, 300);
        _bench.Test.Commit("boot");
        _bench.SwitchTo("main");
        MergeOutcome outcome = _bench.Merge("theirs");
        Assert.Equal(MergeKind.Conflict, outcome.Kind);
        Assert.Equal("the boot code", Assert.Single(outcome.Plan!.DiskConflicts).Theirs);
        Assert.Contains(outcome.Plan!.Conflicts, item => item.Conflict is { Kind: MergeConflictKind.Disk });
    }

    [Fact]
    public void VersionsAreCarriedOverAndTakenBack()
    {
        _bench.Begin(Base);
        _bench.Commit("fix", "main", "base", folder => Shell(folder, "sed -i 's/^5$/fixed/' etc/conf"));
        _bench.Commit("fix", "fix", "fix", folder => Shell(folder, "echo new > etc/new"));
        _bench.Commit("other", "main", "base", folder => Shell(folder, "sed -i 's/^25$/other/' etc/conf"));
        _bench.Do(repository =>
        {
            PickOutcome picked = new VersionPicker(repository)
                .Pick(new PickRequest { Revisions = ["fix~1", "fix"], SaysOrigin = true }, TestContext.Current.CancellationToken);
            Assert.Equal([true, true], picked.Versions.Select(version => version.Id is not null));
            Assert.Contains("(cherry picked from commit", repository.Objects.ReadCommit(picked.After).Message, StringComparison.Ordinal);
            Assert.Null(new VersionPicker(repository)
                .Pick(new PickRequest { Revisions = ["fix"] }, TestContext.Current.CancellationToken).Versions[0].Id);
        });
        _bench.Look("other", folder => Assert.Contains("fixed\n", File.ReadAllText(folder + "/etc/conf"), StringComparison.Ordinal));
        _bench.Do(repository => new VersionPicker(repository)
            .Pick(new PickRequest { Revisions = ["HEAD~1"], Reverts = true }, TestContext.Current.CancellationToken));
        _bench.Look("other", folder =>
        {
            Assert.DoesNotContain("fixed", File.ReadAllText(folder + "/etc/conf"), StringComparison.Ordinal);
            Assert.Contains("other\n", File.ReadAllText(folder + "/etc/conf"), StringComparison.Ordinal);
            Assert.True(File.Exists(folder + "/etc/new"));
        });
    }

    [Fact]
    public void APatchedBaseGoesIntoEveryBranchThatFits()
    {
        _bench.Begin(Base);
        for (int host = 0; host < 4; host++)
        {
            string change = host == 3 ? "sed -i 's/^5$/host/' etc/conf"
                : $"echo host{host} > etc/hostname; echo 'u{host}:x:200{host}:1::/:/bin/sh' >> etc/passwd";
            _bench.Commit($"hosts/h{host}", "origin", "base", folder => Shell(folder, change));
        }

        _bench.SwitchTo("main");
        _bench.Commit("main", "main", "base", folder => Shell(folder, "sed -i 's/^5$/patched/' etc/conf; echo v2 > etc/version"));
        ObjectId? stuck = _bench.Tip("hosts/h3");
        IReadOnlyList<RebasedBranch> rebased = _bench.Rebase(new RebaseRequest { Onto = "main", Branches = ["hosts/*"] });
        Assert.Equal([1, 1, 1, 0], rebased.Select(branch => branch.Replayed));
        Assert.Equal("etc/conf", System.Text.Encoding.UTF8.GetString(
            Assert.Single(rebased[3].Conflict!.Plan.Conflicts).Conflict.Path.Span));
        Assert.Equal(stuck, _bench.Tip("hosts/h3"));
        for (int host = 0; host < 3; host++)
        {
            _bench.Look($"hosts/h{host}", folder =>
            {
                Assert.Equal($"host{host}\n", File.ReadAllText(folder + "/etc/hostname"));
                Assert.Contains("patched\n", File.ReadAllText(folder + "/etc/conf"), StringComparison.Ordinal);
                Assert.Contains($"u{host}:", File.ReadAllText(folder + "/etc/passwd"), StringComparison.Ordinal);
            });
            Assert.Equal(_bench.Tip("main"), Parent($"hosts/h{host}"));
        }

        // Again, with everything in place.
        Assert.All(_bench.Rebase(new RebaseRequest { Onto = "main", Branches = ["hosts/h0", "hosts/h1"] }), branch =>
            Assert.Equal(branch.Before, branch.After));
        Assert.Throws<NotFoundException>(() => _bench.Rebase(new RebaseRequest { Onto = "main", Branches = ["nothing/*"] }));
    }

    public void Dispose() => _bench.Dispose();

    internal static void Shell(string folder, string commands) => Tool.Run("sh", "-ec", $"cd \"$0\"; {commands}", folder);

    private static void Base(string folder) => Shell(folder, """
        printf 'root:x:0:0:root:/root:/bin/bash\n' > etc/passwd; printf 'root:x:0:\nadm:x:4:root\n' > etc/group; echo '127.0.0.1 localhost' > etc/hosts; seq 1 30 > etc/conf; mkdir empty opt
        """);

    private static string Listing(string folder) => Tool.Run(
        "find", folder, "-not", "-name", "lost+found", "-printf", "%P %y %m %U %G %n %l %s\n").Split('\n').Order(StringComparer.Ordinal)
        .Where(line => !line.Contains(" d ", StringComparison.Ordinal)).Aggregate("", (all, line) => all + line + "\n");

    private ObjectId? Parent(string branch)
    {
        using Repository repository = _bench.Test.Open();
        return repository.Objects.ReadCommit(repository.Revisions.ResolveCommit(branch)).Parents[0].Value;
    }

    private static LayoutId? Layout(Repository repository, string revision) =>
        repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision)).Disks[0].Layout;

    private int BaseCount(string left, string right)
    {
        using Repository repository = _bench.Test.Open();
        return repository.Walk.MergeBases(repository.Revisions.ResolveCommit(left), repository.Revisions.ResolveCommit(right)).Count;
    }

    private void Write(string from, string to, params long[] offsets)
    {
        Tool.Run("cp", "--sparse=always", _bench.Test.Files[from], _bench.Test.Files[to]);
        using FileStream file = File.OpenWrite(_bench.Test.Files[to]);
        foreach (long offset in offsets.Where(offset => offset > 0))
        {
            file.Position = offset;
            file.WriteByte(0x5A);
        }
    }
}
