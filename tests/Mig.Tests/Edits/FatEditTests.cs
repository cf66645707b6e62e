using Mig.Core;
using Mig.Edits;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;

namespace Mig.Tests.Edits;

/// <summary>What an edit says of a disk with FAT is what a commit of that disk finds, and the disk is one that fsck.fat accepts.</summary>
public class FatEditTests
{
    private const int Rounds = 4;
    private const int StepsPerRound = 40;
    private const int SectorSize = 512;

    public static TheoryData<int> FileSystems => [.. Enumerable.Range(0, TestDisks.Fats.Length)];

    [Theory]
    [MemberData(nameof(FileSystems))]
    public void RandomEditsAreWhatACommitOfTheDiskFinds(int index)
    {
        using var test = new TestRepository();
        (string options, int kibibytes) = TestDisks.Fats[index];
        TestDisks.Fat(test.Files, "disk", options, kibibytes);
        test.Commit("disk");
        var edits = new RandomEdits(new Random(5300 + index));
        for (int round = 0; round < Rounds; round++)
        {
            Edit(test, (edit, disk) => edits.Make(edit.OpenVolume(disk, disk.Volumes[0]), StepsPerRound));
            string exported = test.Export("out.raw");
            AssertSound(exported, $"{options}, round {round}");
            FreshCommit.AssertFindsTheSame(test, exported, $"{options}, round {round}");
        }

        Assert.True(edits.Done > Rounds * StepsPerRound / 3, $"{options}: {edits.Done} changes made, {edits.Refused} refused");
        test.AssertClean();
    }

    [Fact]
    public void BothVolumesOfADiskChangeInOneCommit()
    {
        using var test = new TestRepository();
        TestDisks.Efi(test.Files, "disk");
        test.Commit("disk");
        RandomEdits efi = new(new Random(5400)), root = new(new Random(5401));
        for (int round = 0; round < Rounds; round++)
        {
            IReadOnlyList<ByteRange> volumes = [];
            Edit(test, (edit, disk) =>
            {
                volumes = [.. disk.Volumes.Select(volume => volume.Range)];
                efi.Make(edit.OpenVolume(disk, disk.Volumes[0]), StepsPerRound);
                root.Make(edit.OpenVolume(disk, disk.Volumes[1]), StepsPerRound);
            });
            string exported = test.Export("out.raw"), where = $"round {round}";
            AssertSound(TestDisks.Extract(exported, volumes[0].Offset, volumes[0].Length), where);
            (int exitCode, string output) = Tool.Try("e2fsck", "-fn", TestDisks.Extract(exported, volumes[1].Offset, volumes[1].Length));
            Assert.True(exitCode == 0, $"{where}: {output}");
            FreshCommit.AssertFindsTheSame(test, exported, where);
        }

        Assert.True(Math.Min(efi.Done, root.Done) > Rounds * StepsPerRound / 3,
            $"{efi.Done} and {root.Done} changes made, {efi.Refused} and {root.Refused} refused");

        // Not only the trees, the layout too is that of the disk.
        Assert.Null(test.Commit("out.raw").Id);
        test.AssertClean();
    }

    [Fact]
    public void TheJudgeSeesAClusterThatNobodyOwns()
    {
        using var test = new TestRepository();
        string disk = TestDisks.Fat(test.Files, "disk", "-F 16 -s 4", 16384);
        Assert.Null(FatTools.FindComplaint(disk));

        // Says in both tables that a free cluster is the end of a chain.
        const int Cluster = 3000;
        byte[] bytes = File.ReadAllBytes(disk);
        int tables = BitConverter.ToUInt16(bytes, 0x0E) * SectorSize, length = BitConverter.ToUInt16(bytes, 0x16) * SectorSize;
        foreach (int table in (int[])[tables, tables + length])
            bytes.AsSpan(table + (Cluster * sizeof(ushort)), sizeof(ushort)).Fill(0xFF);
        File.WriteAllBytes(disk, bytes);
        Assert.NotNull(FatTools.FindComplaint(disk));
    }

    private static void Edit(TestRepository test, Action<ImageEdit, ImageDisk> apply)
    {
        using Repository repository = test.Open();
        new ImageEditor(repository).Commit(new EditRequest { Message = "an edit" }, edit =>
            apply(edit, edit.Before.Disks[0]), TestContext.Current.CancellationToken);
    }

    private static void AssertSound(string volume, string where)
    {
        string? complaint = FatTools.FindComplaint(volume);
        Assert.True(complaint is null, $"{where}: {complaint}");
    }
}
