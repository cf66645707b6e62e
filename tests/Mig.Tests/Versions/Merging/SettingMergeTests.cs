using System.Text.RegularExpressions;
using Mig.History.Merging;
using Mig.Machines.Merging;
using Mig.Testing;
using Mig.Versions.Compare;
using Mig.Versions.Merging;

namespace Mig.Tests.Versions.Merging;

/// <summary>What tune2fs set on one side is in the merge: dumpe2fs reads it from the result, e2fsck finds it whole.</summary>
public sealed partial class SettingMergeTests : IDisposable
{
    private const string Many =
        "-L other -r 100 -u 7 -g 8 -o journal_data_writeback,acl -e remount-ro -c 33 -i 5d -E "
        + "stride=4,stripe_width=8,mount_opts=nodelalloc,hash_alg=tea";

    private readonly MergeBench _bench = new();

    [Theory]
    [InlineData("-U 11111111-2222-3333-4444-555555555555", "UUID")]
    [InlineData(Many, "label", "reserved blocks", "reserved blocks uid", "reserved blocks gid", "errors behavior", "maximum mount count",
        "check interval", "default mount options", "mount options", "default directory hash", "RAID stride", "RAID stripe width")]
    [InlineData("-O ^has_journal,^dir_index", "feature has_journal", "feature dir_index")]
    [InlineData("-m 1 -O ^metadata_csum", "reserved blocks", "feature metadata_csum")]
    public void WhatTheySetIsCarriedOverWithOurFiles(string options, params string[] expected)
    {
        Begin(options);
        MergeOutcome outcome = _bench.Merge("right");
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.DiskConflicts));
        Assert.All(expected, name => Assert.Contains(outcome.Plan!.Notes, note =>
            note.Contains($"volume 0: {name} '", StringComparison.Ordinal)));
        _bench.Look("left", mount =>
        {
            Assert.Equal("l\nr\n", File.ReadAllText(mount + "/etc/left") + File.ReadAllText(mount + "/etc/right"));
            Assert.False(File.Exists(mount + "/etc/gone"));
        });
        Assert.Equal(Settings("right.out", "right"), Settings("merged.out", "left"));

        // The judge sees what our side has.
        Assert.NotEqual(Settings("right.out", "right"), Settings("left.out", "left~1"));
        _bench.Test.AssertClean();
    }

    [Theory]
    [InlineData(MergeSide.Ours, "ours")]
    [InlineData(MergeSide.Theirs, "theirs")]
    public void WhatBothSetIsAConflictThatEitherSideDecides(MergeSide side, string label)
    {
        Begin("-L theirs", "-L ours");
        DiskConflict conflict = Assert.Single(_bench.Merge("right").Plan!.DiskConflicts);
        Assert.Equal(("volume 0: label '' -> 'ours'", "volume 0: label '' -> 'theirs'"), (conflict.Ours, conflict.Theirs));
        MergeChoices choices = side == MergeSide.Ours ? new MergeChoices { Ours = ["@left"] } : new MergeChoices { Theirs = ["@left"] };
        Assert.Equal(MergeKind.Merged, _bench.Merge("right", choices).Kind);
        _bench.Look("left", mount => Assert.Equal(
            "l\nr\n", File.ReadAllText(mount + "/etc/left") + File.ReadAllText(mount + "/etc/right")));
        Assert.Equal(label, Tool.Run("e2label", _bench.Test.Files["look.raw"]).Trim());
    }

    [Fact]
    public void OurSideKeepsItsOwnWhereItIsNamed()
    {
        Begin("-L theirs");
        MergeOutcome outcome = _bench.Merge("right", new MergeChoices { Ours = ["@left"] });
        Assert.Contains(outcome.Plan!.Notes, note => note.Contains("label '' -> 'theirs'", StringComparison.Ordinal));
        _bench.Look("left", _ => { });
        Assert.Equal("", Tool.Run("e2label", _bench.Test.Files["look.raw"]).Trim());
    }

    [Fact]
    public void DiffTellsSettingsOneByOne()
    {
        Begin("-L other -m 1");
        _bench.Do(repository =>
        {
            var comparer = new ImageComparer(repository);
            ImageComparison comparison = comparer.Compare(
                repository.Revisions.ResolveImage("origin"), repository.Revisions.ResolveImage("right"), []);
            Assert.Equal(["label '' -> 'other'", "reserved blocks '307' -> '61'"], comparer.CompareSettings(comparison)
                .Select(change => $"{change.Change.Name} '{change.Change.Before}' -> '{change.Change.After}'"));
        });
    }

    public void Dispose() => _bench.Dispose();

    // Both sides change files; theirs, and ours if that is said, is changed by tune2fs as well.
    private void Begin(string theirs, string? ours = null)
    {
        _bench.Begin(folder => MergeTests.Shell(folder, "echo base > etc/gone"), "-t ext4 -b 4096 -O ^metadata_csum_seed,metadata_csum");
        Tune("base", "left-base", ours);
        Tune("base", "right-base", theirs);
        _bench.Commit("left", "main", "left-base", folder => MergeTests.Shell(folder, "echo l > etc/left; rm etc/gone"));
        _bench.Commit("right", "main", "right-base", folder => MergeTests.Shell(folder, "echo r > etc/right"));
        _bench.SwitchTo("left");
    }

    private void Tune(string from, string to, string? options)
    {
        string disk = _bench.Test.Files[to];
        Tool.Run("cp", "--sparse=always", _bench.Test.Files[from], disk);
        if (options is null)
            return;
        Tool.Run("e2fsck", "-fy", disk); // tune2fs wants a check that is not older than the last mount
        Tool.Run("sh", "-c", $"tune2fs {options} '{disk}' </dev/null");
        Tool.Try("e2fsck", "-fy", disk);
    }

    // All that dumpe2fs says, but for what counts and dates.
    private string Settings(string name, string revision)
    {
        string[] lines = Tool.Run("dumpe2fs", "-h", _bench.Test.Export(name, revision: revision)).Split('\n');
        return string.Join('\n', lines.Where(line => !State().IsMatch(line)));
    }

    [GeneratedRegex(
        "^(Free|Last|Mount count|Filesystem created|Lifetime|Next check|Checksum:|Journal (start|sequence|checksum)|Filesystem "
        + "state|Directories|First orphan)")]
    private static partial Regex State();
}
