using System.Text;
using Mig.History.Merging;
using Mig.Machines.Merging;
using Mig.Versions.Merging;

namespace Mig.Tests.Versions.Merging;

/// <summary>A user is one thing, though several tables tell of it.</summary>
public sealed class UserMergeTests : IDisposable
{
    private const string Delete =
        "sed -i '/^bob:/d' etc/passwd etc/shadow etc/group etc/gshadow etc/subuid; sed -i 's/,bob$//' etc/group etc/gshadow";

    private readonly MergeBench _bench = new();

    [Theory]
    [InlineData("sed -i '/^bob:/s/sh$/zsh/' etc/passwd", "bob:x:1001:1001::/:/bin/zsh", "bob:old:1:")]
    [InlineData("sed -i '/^bob:/s/old/new/' etc/shadow", "bob:x:1001:1001::/:/bin/sh", "bob:new:1:")]
    public void AUserWhoIsRemovedAndChangedIsWhollyThereOrGone(string change, string passwd, string shadow)
    {
        Begin();
        _bench.Commit("left", "main", "base", folder => MergeTests.Shell(folder, Delete));
        _bench.Commit("right", "main", "base", folder =>
            MergeTests.Shell(folder, $"{change}; echo 'eve:x:1005:1005::/:/bin/sh' >> etc/passwd"));
        foreach ((string ours, string theirs, string reason) in ((string, string, string)[])[
            ("left", "right", "removed here and changed there"), ("right", "left", "changed here and removed there")])
        {
            _bench.SwitchTo(ours);
            (string _, MergeConflict conflict) = Assert.Single(_bench.Merge(theirs).Plan!.Conflicts);
            Assert.Equal($"etc/passwd: 'bob' was {reason}", $"{Encoding.UTF8.GetString(conflict.Path.Span)}: {conflict.Reason}");
            foreach (MergeSide side in (MergeSide[])[MergeSide.Ours, MergeSide.Theirs])
            {
                string tables = TablesOf(theirs, side == MergeSide.Ours ? new MergeChoices { Ours = ["/etc/passwd"] }
                    : new MergeChoices { Theirs = ["/etc/passwd"] });
                Assert.Contains("eve:x:1005", tables, StringComparison.Ordinal);
                if ((side == MergeSide.Ours) == (ours == "left"))
                    Assert.DoesNotContain("bob", tables, StringComparison.Ordinal);
                else
                    Assert.Equal([passwd, shadow, "adm:x:4:root,bob", "bob:x:1001:", "adm:!::root,bob", "bob:!::", "bob:100000:65536"],
                        tables.Split('\n').Where(line => line.Contains("bob", StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public void AUserWhomBothAddedIsOneConflict()
    {
        Begin();
        _bench.Commit("left", "main", "base", folder =>
            MergeTests.Shell(folder, "echo 'al:x:1002:1002::/:/bin/sh' >> etc/passwd; echo 'al:left:1:' >> etc/shadow"));
        _bench.Commit("right", "main", "base", folder =>
            MergeTests.Shell(folder, "echo 'al:x:1002:1002::/:/bin/zsh' >> etc/passwd; echo 'al:right:1:' >> etc/shadow"));
        _bench.SwitchTo("left");
        Assert.Equal("'al' was added on both sides, not alike", Assert.Single(_bench.Merge("right").Plan!.Conflicts).Conflict.Reason);
        string tables = TablesOf("right", new MergeChoices { Theirs = ["/etc/passwd"] });
        Assert.Equal(["al:x:1002:1002::/:/bin/zsh", "al:right:1:"], tables.Split('\n')
            .Where(line => line.StartsWith("al:", StringComparison.Ordinal)));
    }

    public void Dispose() => _bench.Dispose();

    // The tables of a merge that is not stored.
    private string TablesOf(string revision, MergeChoices choices)
    {
        var text = new StringBuilder();
        _bench.Do(repository =>
        {
            MergePlan plan = new Merger(repository).Preview("HEAD", revision, choices);
            Assert.False(plan.HasConflicts, string.Join('\n', plan.Conflicts));
            VolumeMerge volume = Assert.Single(plan.Volumes);
            foreach (string name in (string[])["etc/passwd", "etc/shadow", "etc/group", "etc/gshadow", "etc/subuid"])
            {
                History.Trees.TreeEntry entry =
                    volume.Result.Operations.FirstOrDefault(operation => Encoding.UTF8.GetString(operation.Path.Span) == name)?.After
                    ?? History.Diffs.TreeLookup.Find(repository.Store, volume.Volume.Root!, Encoding.UTF8.GetBytes(name))!;
                text.Append(Encoding.UTF8.GetString(plan.Contents!.Read(entry, name, 1 << 20)));
            }
        });
        return text.ToString();
    }

    private void Begin() => _bench.Begin(folder => MergeTests.Shell(folder, """
        printf 'root:x:0:0:root:/root:/bin/bash\nbob:x:1001:1001::/:/bin/sh\n' > etc/passwd; printf 'root:!:1:\nbob:old:1:\n' > etc/shadow; printf 'root:x:0:\nadm:x:4:root,bob\nbob:x:1001:\n' > etc/group
        printf 'root:!::\nadm:!::root,bob\nbob:!::\n' > etc/gshadow; echo bob:100000:65536 > etc/subuid
        """));
}
