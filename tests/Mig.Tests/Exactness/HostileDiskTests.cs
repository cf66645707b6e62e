using System.Buffers.Binary;
using Mig.Care.Checks;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Exactness;

/// <summary>
/// Disks that break their formats: never an error, always exact, and the commit says in a sentence what it could not look into.
/// </summary>
public sealed class HostileDiskTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private TestFolder Files => _repository.Files;

    [Fact]
    public void PartitionsThatOverlap()
    {
        string one = TestDisks.FileSystem(Files, "one", "-t ext2 -b 1024", "8M"),
            two = TestDisks.FileSystem(Files, "two", "-t ext2 -b 1024", "8M");
        foreach ((uint first, uint second) in ((uint, uint)[])[
            (2048, 2048), (2048, 10_000), (10_000, 2048), (2048, 2049), (2048, 18_431), (2048, 18_432)])
        {
            string disk = Files.Sparse("disk", 20 << 20);
            TestDisks.Insert(disk, (first * 512, one), (second * 512, two));
            WriteMbr(disk, (first, 16_384), (second, 16_384));
            CommitResult result = _repository.AssertExact("disk");
            Assert.NotNull(result.Id);
        }

        _repository.AssertClean();
    }

    [Fact]
    public void PartitionsThatOverlapByOtherMeansThanTheTable()
    {
        // Two tables of contents over the same data: an outer file system whose file is, in its place, the whole of another one.
        TestDisks.FileSystem(Files, "inner", "-t ext2 -b 1024", "8M");
        Directory.CreateDirectory(Files["outer-source"]);
        File.Copy(Files["inner"], Files["outer-source/inner"]);
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-d", Files["outer-source"], Files["disk"], "24M");
        _repository.AssertExact("disk");
        _repository.AssertClean();
    }

    [Fact]
    public void TwoFilesThatClaimTheSameBlocks()
    {
        string disk = TestDisks.FileSystem(Files, "disk", "-t ext2 -b 1024", "8M");
        string block = Tool.Run("debugfs", "-R", "bmap /usr/large 3", disk).Split('\n')[0].Trim();
        Tool.Run("debugfs", "-w", "-R", $"set_inode_field /usr/exact block[2] {block}", disk);
        Assert.NotEqual(0, Tool.Try("e2fsck", "-fn", disk).ExitCode);
        CommitResult result = _repository.AssertExact("disk");
        Assert.Equal("", result.Disks[0].Volumes[0].Reason);
        _repository.AssertClean();
    }

    [Fact]
    public void ADirectoryInItself()
    {
        string disk = TestDisks.FileSystem(Files, "disk", "-t ext2 -b 1024", "8M");
        Tool.Run("debugfs", "-w", "-R", "ln /usr /usr/share/again", disk);
        CommitResult result = _repository.AssertExact("disk");
        Assert.Contains("FS-004", Assert.Single(result.Disks[0].Volumes[0].Unread).Reason, StringComparison.Ordinal);
        _repository.AssertClean();
    }

    [Fact]
    public void ANameTwice()
    {
        string disk = TestDisks.FileSystem(Files, "disk", "-t ext2 -b 1024", "8M");
        byte[] bytes = File.ReadAllBytes(disk);
        int at = bytes.AsSpan().IndexOf("file58.txt"u8);
        bytes[at + 5] = (byte)'7';
        Files.Write("disk", bytes);
        CommitResult result = _repository.AssertExact("disk");
        Assert.Contains("FS-003", Assert.Single(result.Disks[0].Volumes[0].Unread).Reason, StringComparison.Ordinal);
        _repository.AssertClean();
    }

    [Fact]
    public void OneGoodAndOneBadVolume()
    {
        string disk = TestDisks.Gpt(Files, "disk");
        using (FileStream file = File.OpenWrite(disk))
        {
            // The group descriptors of the second file system, and their copies.
            file.Position = (9 << 20) + 4096;
            file.Write(MixedBytes.Make(4096, 2));
        }

        CommitResult result = _repository.AssertExact("disk");
        Assert.Equal("", result.Disks[0].Volumes[0].Reason);
        Assert.NotEqual("", result.Disks[0].Volumes[1].Reason);
        _repository.AssertClean();
    }

    [Theory]
    [InlineData("-t ext4 -b 1024", "16M")]
    [InlineData("-t ext4 -b 4096 -O ^metadata_csum", "16M")]
    [InlineData("-t ext2 -b 1024", "8M")]
    [InlineData("-t ext4 -b 4096 -O inline_data", "16M")]
    public void DamagedFileSystems(string options, string size)
    {
        string sound = TestDisks.FileSystem(Files, "sound", options, size);
        byte[] bytes = File.ReadAllBytes(sound);
        List<int> metadata = [.. Enumerable.Range(0, bytes.Length / 512)
            .Where(sector => bytes.AsSpan(sector * 512, 512).ContainsAnyExcept((byte)0)).Take(600)];
        int whole = 0, damaged = 0;
        for (int seed = 0; seed < 25; seed++)
        {
            var random = new Random(seed);
            byte[] disk = [.. bytes];
            for (int i = random.Next(1, seed < 12 ? 5 : 300); i > 0; i--)
                disk[(metadata[random.Next(metadata.Count)] * 512) + random.Next(512)] ^= (byte)(1 << random.Next(8));
            Files.Write("disk", disk);
            CommitResult result = _repository.Commit(
                new CommitRequest { Disks = [Files["disk"]], Message = $"seed {seed}", AllowEmpty = true });
            Assert.True(disk.AsSpan().SequenceEqual(File.ReadAllBytes(_repository.Export("out"))), $"seed {seed}");
            bool isWhole = result.Disks[0].Volumes[0] is { Reason.Length: 0, Unread.Count: 0 };
            whole += isWhole ? 1 : 0;
            damaged += isWhole ? 0 : 1;
        }

        Assert.True(whole > 0 && damaged > 0, $"{whole} whole, {damaged} damaged");

        // Files of a volume whose damage showed late were stored for nothing: unreachable, which is no problem.
        CheckReport report = _repository.Check();
        Assert.Empty(report.Problems);
        Assert.Empty(report.Warnings);
    }

    [Fact]
    public void TruncatedFileSystems()
    {
        byte[] bytes = File.ReadAllBytes(TestDisks.FileSystem(Files, "sound", "-t ext4 -b 1024 -O ^has_journal", "8M"));
        foreach (int length in (int[])[1, 1024, 1500, 2048, 3000, 70_000, 1_000_000, 5_000_001, bytes.Length - 1])
        {
            Files.Write("disk", bytes.AsSpan(0, length));
            _repository.AssertExact("disk");
        }

        _repository.AssertClean();
    }

    [Fact]
    public void ADirectoryWhoseNamesAreChosenToSplitItForEver()
    {
        // Names whose hash says "cut here", all of them: a tree of trees that would never become shorter.
        Directory.CreateDirectory(Files["sources"]);
        string folder = Directory.CreateDirectory(Files["hostile/many"]).FullName;
        for (int number = 0, found = 0; found < 4200; number++)
        {
            string name = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
            ulong hash = 14695981039346656037;
            foreach (char c in name)
                hash = (hash ^ c) * 1099511628211;
            if ((hash & 1023) != 0)
                continue;
            File.WriteAllBytes(Path.Combine(folder, name), []);
            found++;
        }

        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-b", "1024", "-N", "6000", "-d", Files["hostile"], Files["disk"], "16M");
        CommitResult result = _repository.AssertExact("disk");
        Assert.Equal(4200, result.Disks[0].Volumes[0].Files);
        Assert.Equal(4200, _repository.Check().Files);
        _repository.AssertClean();
    }

    public void Dispose() => _repository.Dispose();

    private static void WriteMbr(string disk, params (uint Start, uint Count)[] partitions)
    {
        byte[] sector = new byte[512];
        for (int i = 0; i < partitions.Length; i++)
        {
            sector[446 + (i * 16) + 4] = 0x83;
            BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(446 + (i * 16) + 8), partitions[i].Start);
            BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(446 + (i * 16) + 12), partitions[i].Count);
        }

        sector[510] = 0x55;
        sector[511] = 0xAA;
        using FileStream file = File.OpenWrite(disk);
        file.Write(sector);
    }
}
