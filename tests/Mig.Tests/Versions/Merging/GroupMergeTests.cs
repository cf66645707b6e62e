using System.Text;
using Mig.History.Merging;
using Mig.Machines.Merging;

namespace Mig.Tests.Versions.Merging;

/// <summary>Names and numbers of users and groups belong together wherever they stand: in tables, and as owners of files.</summary>
public sealed class GroupMergeTests : IDisposable
{
    private readonly MergeBench _bench = new();

    [Theory]
    [InlineData("sed -i 's/^crew:/crewx:/' etc/group etc/gshadow", "sed -i '/^crew:/s/$/,bob/' etc/group etc/gshadow",
        "crewx:x:1600:eve,bob crewx:!::eve,bob")]
    [InlineData("sed -i 's/^crew:x:1600/crew:x:1650/' etc/group",
        "echo 'gina:x:1005:1600::/:/bin/sh' >> etc/passwd; touch f; chown 1005:1600 f",
        "crew:x:1650:eve gina:x:1005:1650::/:/bin/sh 1005:1650")]
    [InlineData("sed -i 's/^bob:x:1001/bob:x:1555/' etc/passwd; chown 1555 home", "touch f home/f; chown 1001:7 f home; chown 1001 home/f",
        "1555:7 1555:0 1555:7")]
    [InlineData("sed -i 's/^bob:/robert:/' etc/passwd etc/shadow; sed -i 's/:bob$/:robert/' etc/group etc/gshadow",
        "sed -i '/^crew:/s/$/,bob/' etc/group; sed -i 's/^bob:x:1001:1001/bob:x:1001:1600/' etc/passwd",
        "robert:x:1001:1600 crew:x:1600:eve,robert robert:$6$long:1: adm:x:4:robert")]
    public void WhatOneSideRenamedOrNumberedIsSoForBoth(string left, string right, string expected)
    {
        Begin();
        _bench.Commit("left", "main", "base", folder => MergeTests.Shell(folder, left));
        _bench.Commit("right", "main", "base", folder => MergeTests.Shell(folder, right));
        _bench.Do(repository => new Mig.Versions.Branches.BranchEditor(repository).Create("work", "left", force: false));
        _bench.Do(repository => new Mig.Versions.Branches.BranchEditor(repository).Create("original", "right", force: false));
        foreach ((string ours, string theirs) in ((string, string)[])[("right", "left"), ("work", "original")])
        {
            _bench.SwitchTo(ours);
            Assert.Empty(_bench.Merge(theirs).Plan!.Conflicts);
            Look("HEAD", folder =>
            {
                string all = string.Concat(((string[])["passwd", "shadow", "group", "gshadow"])
                    .Select(name => File.ReadAllText($"{folder}/etc/{name}")))
                    + string.Concat(((string[])["f", "home/f", "home"]).Where(name => Path.Exists($"{folder}/{name}"))
                        .Select(name => Testing.Tool.Run("stat", "-c", "%u:%g", $"{folder}/{name}")));
                Assert.All(expected.Split(' '), line => Assert.Contains(line, all, StringComparison.Ordinal));
                Assert.DoesNotContain("bob:x:1001:1001", expected.Contains("robert", StringComparison.Ordinal) ? all : "",
                    StringComparison.Ordinal);
            });
        }
    }

    [Fact]
    public void AGroupThatIsRemovedAndChangedIsOneConflictAndWhollyThereOrGone()
    {
        Begin();
        _bench.Commit("left", "main", "base", folder => MergeTests.Shell(folder, "sed -i '/^spare:/d' etc/group etc/gshadow"));
        _bench.Commit("right", "main", "base", folder =>
            MergeTests.Shell(folder, "sed -i '/^spare:/s/$/bob/' etc/group etc/gshadow; echo 'new:x:1700:' >> etc/group"));
        _bench.SwitchTo("left");
        (string _, MergeConflict conflict) = Assert.Single(_bench.Merge("right").Plan!.Conflicts);
        Assert.Equal("etc/group: 'spare' was removed here and changed there",
            $"{Encoding.UTF8.GetString(conflict.Path.Span)}: {conflict.Reason}");
        foreach ((MergeChoices choices, string[] expected) in ((MergeChoices, string[])[])[
            (new MergeChoices { Theirs = ["/etc/group"] }, ["spare:x:1601:bob", "spare:!::bob"]),
            (new MergeChoices { Favored = MergeSide.Ours }, [])])
        {
            _bench.Do(repository => new Mig.Versions.Branches.BranchEditor(repository).Create("work", "left", force: true));
            _bench.SwitchTo("work");
            Assert.Empty(_bench.Merge("right", choices).Plan!.Conflicts);
            Look("HEAD", folder =>
            {
                string[] lines = [.. File.ReadLines($"{folder}/etc/group").Concat(File.ReadLines($"{folder}/etc/gshadow"))];
                Assert.Equal(expected, lines.Where(line => line.StartsWith("spare:", StringComparison.Ordinal)));
                Assert.Contains("new:x:1700:", lines);
            });
            _bench.SwitchTo("left");
        }
    }

    [Fact]
    public void AGroupThatIsRemovedAndIsSomebodysNewGroupStaysOrIsAClash()
    {
        Begin();
        _bench.Commit("left", "main", "base", folder => MergeTests.Shell(folder, "sed -i '/^spare:/d' etc/group etc/gshadow"));
        _bench.Commit("right", "main", "base", folder =>
            MergeTests.Shell(folder, "echo 'hans:x:1005:1601::/:/bin/sh' >> etc/passwd; sed -i 's/old/new/' etc/shadow"));
        _bench.SwitchTo("left");
        Assert.Equal(["'spare' was removed here and is the group of 'hans' there"], Reasons(MergeChoices.None));
        Assert.Equal(["'hans' has the group 1601, which the other side removed"], Reasons(new MergeChoices { Favored = MergeSide.Ours }));
        Assert.Empty(Reasons(new MergeChoices { Favored = MergeSide.Theirs }));
        Look("HEAD", folder => Assert.Contains("spare:x:1601:", File.ReadAllText($"{folder}/etc/group"), StringComparison.Ordinal));
    }

    // Whoever removes the last user and adds one gets the same number again.
    [Fact]
    public void ANumberThatIsGivenAgainIsNoRename()
    {
        Begin();
        _bench.Commit("left", "main", "base", folder =>
            MergeTests.Shell(
            folder, "sed -i '/^bob:/d; /^spare:/d' etc/passwd etc/shadow etc/group etc/gshadow; echo 'carl:x:1001:1601::/:/bin/sh' >> "
            + "etc/passwd; echo 'carl:!:1:' >> etc/shadow; echo 'carl:x:1601:' >> etc/group"));
        _bench.Commit("right", "main", "base", folder =>
            MergeTests.Shell(folder, "sed -i '/^bob:/s/long/other/' etc/shadow; sed -i '/^spare:/s/$/eve/' etc/group"));
        _bench.SwitchTo("left");
        Assert.Contains(Reasons(MergeChoices.None), reason =>
            reason.StartsWith("'bob' was removed here and changed there", StringComparison.Ordinal));
        Assert.Contains(Reasons(MergeChoices.None), reason =>
            reason.StartsWith("'spare' was removed here and changed there", StringComparison.Ordinal));
    }

    public void Dispose() => _bench.Dispose();

    private void Look(string revision, Action<string> look)
    {
        using var mount = new Testing.FileSystems.LoopMount(_bench.Test.Export("look.raw", revision: revision), "ro");
        look(mount.Path);
    }

    private List<string> Reasons(MergeChoices choices) =>
        [.. _bench.Merge("right", choices).Plan!.Conflicts.Select(item => item.Conflict.Reason)];

    private void Begin() => _bench.Begin(folder => MergeTests.Shell(folder, """
        printf 'root:x:0:0:root:/root:/bin/bash\nbob:x:1001:1001::/home:/bin/sh\neve:x:1002:1600::/:/bin/sh\n' > etc/passwd; printf 'root:!:1:\nbob:$6$long:1:\neve:old:1:\n' > etc/shadow
        printf 'root:x:0:\nadm:x:4:bob\nbob:x:1001:\ncrew:x:1600:eve\nspare:x:1601:\n' > etc/group; printf 'root:!::\nadm:!::bob\nbob:!::\ncrew:!::eve\nspare:!::\n' > etc/gshadow
        mkdir -p home; chown 1001 home
        """));
}
