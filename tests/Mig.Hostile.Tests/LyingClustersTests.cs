using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;
using Mig.Images.Ingest;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Hostile.Tests;

/// <summary>
/// Volumes of NTFS and FAT that call clusters free which are in use, and partitions over one another: nothing of it is left out, and mig
/// says so.
/// </summary>
public sealed class LyingClustersTests : IDisposable
{
    private const int ClusterSize = 4096;

    private readonly TestRepository _repository = new();

    public static TheoryData<string, int> SoundFats
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach ((string options, int kibibytes) in TestDisks.Fats)
                data.Add(options, kibibytes);
            return data;
        }
    }

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("-F /content", "Dumping attribute $DATA", "content")]
    [InlineData("-F /streams", "Dumping attribute $DATA", "content")]
    [InlineData("-F /many", "Dumping attribute $INDEX_ALLOCATION", "directory")]
    [InlineData("-i 0", "Dumping attribute $DATA", "content")]
    [InlineData("-i 1", "Dumping attribute $DATA", "content")]
    [InlineData("-i 2", "Dumping attribute $DATA", "content")]
    [InlineData("-i 6", "Dumping attribute $DATA", "content")]
    [InlineData("-i 9", "Dumping attribute $DATA", "content")]
    [InlineData("-i 10", "Dumping attribute $DATA", "content")]
    public void Whatever_NTFS_uses_is_not_free(string file, string attribute, string what)
    {
        string disk = MakeNtfs();
        Assert.Equal("", Commit(disk).FreeSpaceDoubt);
        long cluster = FindCluster(disk, file, attribute), bitmap = FindCluster(disk, "-i 6", "Dumping attribute $DATA");
        using (FileStream stream = File.Open(disk, FileMode.Open))
        {
            stream.Position = (bitmap * ClusterSize) + (cluster / 8);
            int bits = stream.ReadByte();
            Assert.NotEqual(0, bits & (1 << (int)(cluster % 8)));
            stream.Position--;
            stream.WriteByte((byte)(bits & ~(1 << (int)(cluster % 8))));
        }

        Assert.Contains($"at offset {cluster * ClusterSize} are said to be free, and {what} of node", Commit(disk).FreeSpaceDoubt,
            StringComparison.Ordinal);
        string export = _repository.Export("out");
        Judge.AssertSame(disk, export);
        Assert.Equal(200, Tool.Run("ntfsls", "-f", "-p", "/many", export).Split('\n')
            .Count(line => line.StartsWith("a-long-name", StringComparison.Ordinal)));
        Assert.Equal(Judge.Sha256(disk + ".content"), Sha256OfNtfs(export, "/content"));
    }

    [Theory]
    [MemberData(nameof(SoundFats))]
    public void Sound_volumes_of_FAT_are_trusted(string options, int kibibytes) =>
        Assert.Equal("", Commit(TestDisks.Fat(_repository.Files, "disk", options, kibibytes)).FreeSpaceDoubt);

    [Theory]
    [InlineData("-F 12 -s 1", 2000)]
    [InlineData("-F 16 -s 4", 16384)]
    [InlineData("-F 32 -s 1", 36000)]
    public void A_file_of_FAT_keeps_its_last_cluster(string options, int kibibytes)
    {
        string disk = TestDisks.Fat(_repository.Files, "disk", options, kibibytes);
        int cluster = FindFatCluster(disk);
        SetEntry(disk, cluster, 0, 0);
        Assert.StartsWith("allocation tables 1 and 2 differ at byte ", Commit(disk).FreeSpaceDoubt, StringComparison.Ordinal);
        SetEntry(disk, cluster, 1, 0);
        Assert.NotNull(FatTools.FindComplaint(disk));
        Assert.Contains(" are said to be free, and content of node ", Commit(disk).FreeSpaceDoubt, StringComparison.Ordinal);
        Judge.AssertSame(disk, _repository.Export("out"));
    }

    [Theory]
    [InlineData("-F 12 -s 1", 2000, 0xFF7)]
    [InlineData("-F 16 -s 4", 16384, 0xFFF7)]
    [InlineData("-F 32 -s 1", 36000, 0x0FFFFFF7)]
    [InlineData("-F 16 -s 4", 16384, 1)]
    [InlineData("-F 16 -s 4", 16384, 0xFFF0)]
    public void A_cluster_of_FAT_that_is_in_use_is_neither_bad_nor_followed_by_none(string options, int kibibytes, int next)
    {
        string disk = TestDisks.Fat(_repository.Files, "disk", options, kibibytes);
        int cluster = FindFatCluster(disk);
        SetEntry(disk, cluster, 0, next);
        SetEntry(disk, cluster, 1, next);
        Assert.NotNull(FatTools.FindComplaint(disk));
        Assert.Equal(next is 1 or 0xFFF0 ? $"what comes after cluster {cluster} is {next}, an end or 2 to"
            : $"cluster {cluster} is marked as bad, and a file has it", Regex.Replace(Commit(disk).FreeSpaceDoubt, @" \d+ needed$", ""));
        Judge.AssertSame(disk, _repository.Export("out"));

        // The file itself is whole, as for mtools; but nothing of such a volume is changed.
        Assert.Equal(0, MigProgram.Finish(MigProgram.Start([], ["--repo", _repository.Folder, "cat", "HEAD:/os-release"])).ExitCode);
        (int code, string output) = MigProgram.Finish(MigProgram.Start([], ["--repo", _repository.Folder, "rm", "HEAD:/os-release"]));
        Assert.True(code == 20, output);
        Assert.Contains($"cluster {cluster} is", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_partition_over_the_same_bytes_uses_is_not_free()
    {
        string outer = TestDisks.FileSystem(_repository.Files, "outer", "-t ext4 -b 4096 -O ^has_journal", "16M");
        string inner = TestDisks.FileSystem(_repository.Files, "inner", "-t ext2 -b 1024", "4M");
        string disk = _repository.Files.Sparse("disk", 24 << 20);
        WriteTable(disk, (2048, 32768), (26624, 8192));
        TestDisks.Insert(disk, (1 << 20, outer), (13 << 20, inner));
        CommitResult result = _repository.Commit(new CommitRequest { Disks = [disk], Message = "a version", DiscardFree = true });
        VolumeReport volume = Assert.Single(result.Disks[0].Volumes);
        Assert.Equal("", volume.Reason);
        Assert.Contains("lies over the same bytes", volume.FreeSpaceDoubt, StringComparison.Ordinal);
        Judge.AssertSame(disk, _repository.Export("out"));
    }

    // By hand, as tools refuse partitions that overlap.
    private static void WriteTable(string disk, params (int First, int Count)[] partitions)
    {
        byte[] sector = new byte[512];
        for (int i = 0; i < partitions.Length; i++)
        {
            Span<byte> entry = sector.AsSpan(0x1BE + (16 * i), 16);
            entry[4] = 0x83;
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], partitions[i].First);
            BinaryPrimitives.WriteInt32LittleEndian(entry[12..], partitions[i].Count);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(sector.AsSpan(510), 0xAA55);
        using FileStream file = File.OpenWrite(disk);
        file.Write(sector);
    }

    private string MakeNtfs()
    {
        string disk = _repository.Files["disk"];
        NtfsMount.Make(disk, "24M", $"-c {ClusterSize}");
        byte[] content = new byte[600_000];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(disk + ".content", content);
        using (var mount = new NtfsMount(disk, "streams_interface=windows"))
        {
            File.WriteAllBytes(mount.Path + "/content", content);
            File.WriteAllText(mount.Path + "/streams", "");
            File.WriteAllBytes(mount.Path + "/streams:other", content[..100_000]);
            Directory.CreateDirectory(mount.Path + "/many");
            for (int i = 0; i < 200; i++)
                File.WriteAllText(mount.Path + $"/many/a-long-name-for-a-file-{i:d3}", "x");
        }

        return disk;
    }

    // ntfsinfo lists the runs of each attribute below its name: "VCN LCN Length" in hexadecimal.
    private static long FindCluster(string disk, string file, string attribute)
    {
        string text = Tool.Run("ntfsinfo", ["-f", "-v", .. file.Split(' '), disk]);
        Match run = Regex.Match(text[text.IndexOf(attribute, StringComparison.Ordinal)..],
            @"Runlist:\s+VCN\s+LCN\s+Length\s+0x0\s+0x([0-9a-f]+)");
        Assert.True(run.Success, text);
        return long.Parse(run.Groups[1].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    private static string Sha256OfNtfs(string disk, string file) =>
        Tool.Run("sh", "-c", $"ntfscat -f '{disk}' {file} | sha256sum").Split(' ')[0];

    // The one cluster of /os-release.
    private static int FindFatCluster(string disk) =>
        int.Parse(Regex.Match(FatTools.Run(disk, "mshowfat c:/os-release"), @"<(\d+)>").Groups[1].Value, CultureInfo.InvariantCulture);

    private static void SetEntry(string disk, int cluster, int copy, int value)
    {
        using FileStream stream = File.Open(disk, FileMode.Open);
        byte[] boot = new byte[512];
        stream.ReadExactly(boot);
        int sectorSize = BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(11)),
            reserved = BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(14));
        int shortLength = BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(22));
        int length = shortLength > 0 ? shortLength : BinaryPrimitives.ReadInt32LittleEndian(boot.AsSpan(36));
        int bits = shortLength == 0 ? 32 : boot.AsSpan(54).StartsWith("FAT12"u8) ? 12 : 16;
        stream.Position = ((reserved + ((long)copy * length)) * sectorSize) + (cluster * bits / 8);
        byte[] entry = new byte[4];
        stream.ReadExactly(entry);
        int shift = bits == 12 && cluster % 2 == 1 ? 4 : 0; // of two entries of 12 bits, each has one half of the middle byte
        uint mask = (uint)((1L << bits) - 1) << shift;
        BinaryPrimitives.WriteUInt32LittleEndian(entry, (BinaryPrimitives.ReadUInt32LittleEndian(entry) & ~mask) | ((uint)value << shift));
        stream.Position -= entry.Length;
        stream.Write(entry);
    }

    private VolumeReport Commit(string disk)
    {
        CommitResult result = _repository.Commit(
            new CommitRequest { Disks = [disk], Message = "a version", DiscardFree = true, AllowEmpty = true });
        VolumeReport volume = Assert.Single(result.Disks[0].Volumes);
        Assert.Equal("", volume.Reason);
        if (volume.FreeSpaceDoubt.Length > 0)
            Assert.Equal((0, 0), (result.Disks[0].DiscardedBytes, result.Disks[0].DeletedBytes));
        return volume;
    }
}
