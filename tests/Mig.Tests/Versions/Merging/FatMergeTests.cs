using System.Text;
using Mig.FileSystems;
using Mig.Machines.Merging;
using Mig.Testing.FileSystems;
using Mig.Tests.Edits;
using Mig.Tests.Support;
using Mig.Versions.Branches;
using Mig.Versions.Merging;

namespace Mig.Tests.Versions.Merging;

/// <summary>Merges of FAT volumes: mtools make both sides and the expected result.</summary>
public sealed class FatMergeTests : IDisposable
{
    private const string Left = """
        mcopy -m -o grub c:/EFI/BOOT/BOOTX64.EFI; mmd c:/EFI/left; echo l > l; touch -d @1600000000 l; mcopy -m l 'c:/EFI/left/a file'; mattrib +h c:/loader; mdel c:/startup.nsh
        sed s/1/one/ conf > c; touch -d @1650000000 c; mcopy -m -o c c:/loader/loader.conf
        """;

    private const string Right = """
        mmove c:/EFI/old c:/moved; mattrib +r c:/fixed; echo r > r; touch -d @1500000000 r; mcopy -m r c:/loader/r; mcopy -m -o r c:/loader/time
        sed s/30/thirty/ conf > c; touch -d @1660000000 c; mcopy -m -o c c:/loader/loader.conf
        """;

    private readonly TestRepository _test = new();

    [Theory]
    [InlineData("-F 12 -s 4", 4096)]
    [InlineData("-F 16 -s 2", 16384)]
    [InlineData("-F 32 -s 1", 36000)]
    public void BothSidesAreInTheResult(string options, int kibibytes)
    {
        Begin(options, kibibytes);
        Commit("right", Right);
        Commit("left", Left);
        MergeOutcome outcome = Merge("right");
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join("; ", ConflictsOf(outcome)));
        string merged = _test.Export("merged.raw");
        Assert.Null(FatTools.FindComplaint(merged));
        FreshCommit.AssertFindsTheSame(_test, merged, "after the merge");
        Change("base", "expected",
            $"{Left}\n{Right}\nsed 's/30/thirty/; s/1/one/' conf > c; touch -d @1660000000 c; mcopy -m -o c c:/loader/loader.conf");
        Assert.Equal(FatTools.List(_test.Files["expected"], withTimes: true), FatTools.List(merged, withTimes: true));
        _test.AssertClean();

        // The judge sees what one side lacks.
        Assert.NotEqual(FatTools.List(_test.Files["left"], withTimes: true), FatTools.List(merged, withTimes: true));
    }

    [Fact]
    public void BootSectorLabelAndSerialThatTheyChangedAreTheirs()
    {
        Begin("-F 32 -s 1", 36000);
        Commit("right",
            "printf x | dd of=right bs=1 seek=100 conv=notrunc status=none; mlabel c:THEIRS; mlabel -N 1234abcd c:; echo r > r; mcopy r "
            + "c:/r");
        Commit("left", Left);
        MergeOutcome outcome = Merge("right");
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join("; ", ConflictsOf(outcome)));
        string merged = _test.Export("merged.raw");
        Assert.Null(FatTools.FindComplaint(merged));
        FreshCommit.AssertFindsTheSame(_test, merged, "after the merge");
        Assert.Equal(File.ReadAllBytes(_test.Files["right"])[..512], File.ReadAllBytes(merged)[..512]);
        string list = FatTools.List(merged);
        Assert.Contains("a file|", list, StringComparison.Ordinal);
        Assert.Contains("\nr|", "\n" + list, StringComparison.Ordinal);
    }

    [Fact]
    public void BootSectorsThatBothChangedAreAConflict()
    {
        Begin("-F 32 -s 1", 36000);
        Commit("right", "printf x | dd of=right bs=1 seek=100 conv=notrunc status=none; echo r > r; mcopy r c:/r");
        Commit("left", "printf y | dd of=left bs=1 seek=100 conv=notrunc status=none; echo l > l; mcopy l c:/l");
        MergeOutcome outcome = Merge("right");
        Assert.Equal(MergeKind.Conflict, outcome.Kind);
        Assert.Equal("the boot sector of volume 0", Assert.Single(outcome.Plan!.DiskConflicts).Theirs);
    }

    [Fact]
    public void ADirectoryThatTheyRespeltIsRespelt()
    {
        Begin("-F 16 -s 2", 16384);
        Commit("right", "mren c:/EFI/BOOT c:/EFI/x; mren c:/EFI/x c:/EFI/Boot");
        Commit("left", Left.Replace("mcopy -m -o grub c:/EFI/BOOT/BOOTX64.EFI;", "", StringComparison.Ordinal));
        Assert.Equal(MergeKind.Merged, Merge("right").Kind);
        string merged = _test.Export("merged.raw");
        Assert.Null(FatTools.FindComplaint(merged));
        FreshCommit.AssertFindsTheSame(_test, merged, "after the merge");
        Assert.Contains("EFI/Boot/BOOTX64.EFI|f|", FatTools.List(merged), StringComparison.Ordinal);
    }

    [Fact]
    public void NamesThatDifferInCaseAloneAreRefused()
    {
        Begin("-F 16 -s 2", 16384);
        Commit("right", "mcopy x 'c:/A new file'");
        Commit("left", "mcopy conf 'c:/a new file'");
        RefusedOperationException refused = Assert.Throws<RefusedOperationException>(() => Merge("right"));
        Assert.Equal(RefusalReason.NameTaken, refused.Reason);
        _test.AssertClean();
        Assert.Equal(FatTools.List(_test.Files["left"]), FatTools.List(_test.Export("out.raw")));
    }

    public void Dispose() => _test.Dispose();

    private void Begin(string options, int kibibytes)
    {
        const string Prepare = """
            cd "$1"; seq 30 > conf; seq 9000 > grub; echo x > x; mmd c:/EFI c:/EFI/BOOT c:/EFI/old c:/loader; mcopy -m conf c:/loader/loader.conf; mcopy -m x c:/EFI/BOOT/BOOTX64.EFI
            mcopy -m grub c:/EFI/old; mcopy -m x c:/startup.nsh; mcopy -m x c:/fixed; mcopy -m x c:/loader/time
            """;
        FatTools.Make(_test.Files["base"], kibibytes, options, Prepare, _test.Files.Path);
        _test.Commit("base");
    }

    private void Change(string from, string to, string script)
    {
        File.Copy(_test.Files[from], _test.Files[to]);
        FatTools.Run(_test.Files[to], $"cd \"$1\"\n{script}", _test.Files.Path);
    }

    /// <summary>Commits a changed copy of the first version on a branch that begins there.</summary>
    private void Commit(string branch, string script)
    {
        Change("base", branch, script);
        using (Repository repository = _test.Open())
        {
            new BranchEditor(repository).Create(branch, "main", force: false);
            new HeadMover(repository).SwitchTo(branch);
        }

        _test.Commit(branch);
    }

    private MergeOutcome Merge(string revision)
    {
        using Repository repository = _test.Open();
        return new Merger(repository).Merge(
            new MergeRequest { Revision = revision, Choices = MergeChoices.None }, TestContext.Current.CancellationToken);
    }

    private static string[] ConflictsOf(MergeOutcome outcome) =>
        [.. outcome.Plan?.Conflicts.Select(item => $"{Encoding.UTF8.GetString(item.Conflict.Path.Span)}: {item.Conflict.Reason}") ?? []];
}
