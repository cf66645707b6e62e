using Mig.Core;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Exactness;

/// <summary>What goes in comes out, byte by byte: judged by <c>cmp</c>, <c>sha256sum</c> and <c>qemu-img compare</c>.</summary>
public sealed class ExactnessTests : IDisposable
{
    private static readonly string[] VmdkFormats = ["vmdk:monolithicSparse", "vmdk:streamOptimized", "vmdk:monolithicFlat"];

    private readonly TestRepository _repository = new();

    private TestFolder Files => _repository.Files;

    public static TheoryData<string, string> FileSystems
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach ((string options, string size) in TestDisks.FileSystems)
                data.Add(options, size);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(FileSystems))]
    public void EveryVariantOfExt(string options, string size)
    {
        TestDisks.FileSystem(Files, "disk", options, size);
        CommitResult result = _repository.AssertExact("disk");
        Assert.Equal("", result.Disks[0].Volumes[0].Reason);
        Assert.True(result.Disks[0].Volumes[0].Files > 60);
        _repository.AssertClean();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(4095)]
    [InlineData(65_537)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData((8 << 20) + 12_345)]
    public void AnyLengthOfNoiseAndOfMixedBytes(int length)
    {
        byte[] noise = new byte[length];
        new Random(length).NextBytes(noise);
        Files.Write("noise", noise);
        Files.Write("mixed", MixedBytes.Make(length, length));
        _repository.AssertExact("noise");
        if (length > 0) // two empty disks are the same one
            _repository.AssertExact("mixed");
        _repository.AssertClean();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData((1 << 20) + 1)]
    [InlineData((129L << 20) + 3)]
    [InlineData(1L << 40)]
    public void ADiskOfZerosTakesNoSpace(long length)
    {
        Files.Sparse("disk", length);
        CommitResult result = _repository.Commit("disk");
        Assert.True(result.StoredBytes < 2000);
        string exported = _repository.Export("out");
        Assert.Equal(length, new FileInfo(exported).Length);
        Assert.Equal("0", Tool.Run("stat", "-c", "%b", exported).Trim());
        if (length < 1L << 30)
            Judge.AssertSame(Files["disk"], exported);
    }

    [Fact]
    public void AHugeDiskWithAByteAtEitherEnd()
    {
        const long Length = (4L << 40) + 511;
        Files.Sparse("disk", Length);
        using (FileStream file = File.OpenWrite(Files["disk"]))
        {
            file.WriteByte(1);
            file.Position = Length - 1;
            file.WriteByte(2);
        }

        _repository.Commit("disk");
        string exported = _repository.Export("out");
        Assert.Equal(Length, new FileInfo(exported).Length);
        using FileSource source = FileSource.Open(exported);
        byte[] end = new byte[4096];
        source.ReadExactly(0, end);
        Assert.True(end[0] == 1 && ZeroBytes.IsZero(end.AsSpan(1)));
        source.ReadExactly(Length - end.Length, end);
        Assert.True(end[^1] == 2 && ZeroBytes.IsZero(end.AsSpan(0, end.Length - 1)));
        Assert.True(source.GetStoredRanges(new ByteRange(0, Length)).Sum(range => range.Length) <= 1 << 20);
        _repository.AssertClean();
    }

    [Fact]
    public void GptDisk()
    {
        TestDisks.Gpt(Files, "disk");
        CommitResult result = _repository.AssertExact("disk");
        Assert.Equal("gpt", result.Disks[0].Scheme);
        Assert.Equal([1, 2], result.Disks[0].Volumes.Select(volume => volume.Number));
        Assert.All(result.Disks[0].Volumes, volume => Assert.Equal("", volume.Reason));
        _repository.AssertClean();
    }

    [Fact]
    public void MbrDiskWithLogicalPartitionsSwapAndSpaceBetween()
    {
        string one = TestDisks.FileSystem(Files, "one", "-t ext4 -b 1024 -O ^has_journal", "8M"),
            two = TestDisks.FileSystem(Files, "two", "-t ext2 -b 1024", "8M");
        string disk = Files.Write("disk", MixedBytes.Make(40 << 20, 5)); // deleted data everywhere
        Tool.RunWithInput("sfdisk", "label: dos\n2048,16384,83\n20000,4096,82\n24600,55000,5\n26648,16384,83\n", "--wipe", "always", disk);
        string swap = Files.Sparse("swap", 4096 * 512);
        Tool.Run("mkswap", swap);
        TestDisks.Insert(disk, (2048 * 512, one), (20000 * 512, swap), (26648 * 512, two));
        CommitResult result = _repository.AssertExact("disk");
        Assert.Equal("mbr", result.Disks[0].Scheme);
        Assert.Equal([1, 5], result.Disks[0].Volumes.Where(volume => volume.Reason.Length == 0).Select(volume => volume.Number));
    }

    [Fact]
    public void DiskOf4096ByteSectors()
    {
        string fileSystem = TestDisks.FileSystem(Files, "fs", "-t ext4 -b 4096", "16M");
        string disk = Files.Sparse("disk", 32 << 20);
        using (var device = new Testing.LoopDevice(disk, 4096))
        {
            Tool.RunWithInput("sfdisk", "label: gpt\nstart=256,size=4096\n", device.Path);
            Tool.Run("sync", device.Path);
        }

        TestDisks.Insert(disk, (1 << 20, fileSystem));
        CommitResult result = _repository.AssertExact("disk");
        Assert.Equal("gpt", result.Disks[0].Scheme);
        Assert.Equal("", Assert.Single(result.Disks[0].Volumes).Reason);

        // The same through the block device.
        using var again = new Testing.LoopDevice(disk, 4096);
        using Repository repository = _repository.Open();
        CommitResult second = new ImageCommitter(repository)
            .Commit(new CommitRequest { Disks = [again.Path], Message = "device" }, TestContext.Current.CancellationToken);
        Assert.Null(second.Id);
    }

    [Theory]
    [InlineData("-t ext4 -b 1024", "defaults")]
    [InlineData("-t ext4 -b 4096", "data=journal")]
    [InlineData("-t ext4 -b 4096 -O inline_data,bigalloc -C 16384", "defaults")]
    [InlineData("-t ext3 -b 1024", "data=journal")]
    [InlineData("-t ext2 -b 1024", "defaults")]
    public void WrittenByTheKernelAndFragmented(string options, string mountOptions)
    {
        TestDisks.Fragmented(Files, "disk", options, mountOptions);
        CommitResult result = _repository.AssertExact("disk");
        Assert.Equal("", result.Disks[0].Volumes[0].Reason);
        Assert.Equal(201, result.Disks[0].Volumes[0].Files);
        Assert.True(result.Disks[0].DeletedBytes > 0);
        _repository.AssertClean();
    }

    [Theory]
    [InlineData("-t ext4 -b 1024", "defaults")]
    [InlineData("-t ext4 -b 4096", "data=journal")]
    [InlineData("-t ext4 -b 4096 -O fast_commit", "defaults")]
    public void ADiskWhoseMachineIsStillRunning(string options, string mountOptions)
    {
        Tool.Run("mke2fs", ["-F", "-q", .. options.Split(' '), Files["live"], "24M"]);
        using (var mount = new LoopMount(Files["live"], mountOptions))
        {
            for (int i = 0; i < 100; i++)
            {
                string path = Path.Combine(mount.Path, $"f{i}");
                File.WriteAllBytes(path, MixedBytes.Make(2000 + (i * 301), i));
                if (i % 10 == 9)
                    Tool.Run("sync", path);
            }

            Tool.Run("sync");
            File.WriteAllBytes(Path.Combine(mount.Path, "f5"), MixedBytes.Make(50_000, 7));
            Tool.Run("sync", Path.Combine(mount.Path, "f5"));
            Tool.Run("cp", "--sparse=always", Files["live"], Files["disk"]);
        }

        _repository.AssertExact("disk");
        _repository.AssertClean();
    }

    [Theory]
    [InlineData("monolithicSparse")]
    [InlineData("streamOptimized")]
    [InlineData("monolithicFlat")]
    [InlineData("twoGbMaxExtentSparse")]
    [InlineData("twoGbMaxExtentFlat")]
    public void VmdkThatQemuMade(string subformat)
    {
        string disk = TestDisks.Gpt(Files, "disk");
        Tool.Run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", $"subformat={subformat}", disk, Files["disk.vmdk"]);
        CommitResult result = _repository.Commit("disk.vmdk");
        Judge.AssertSame(disk, _repository.Export("out"));
        foreach (string format in VmdkFormats)
            Judge.AssertSameDisk(disk, _repository.Export($"{format[5..]}.vmdk", format));
        Assert.All(result.Disks[0].Volumes, volume => Assert.Equal("", volume.Reason));
    }

    [Fact]
    public void SeveralDisksOfOneMachine()
    {
        TestDisks.FileSystem(Files, "system", "-t ext4 -b 4096", "24M");
        TestDisks.FileSystem(Files, "data", "-t ext2 -b 1024", "8M");
        Files.Write("scratch", MixedBytes.Make(3_000_001, 3));
        Files.Sparse("empty", 1 << 20);
        string[] disks = ["system", "data", "scratch", "empty"];
        CommitResult result = _repository.Commit(disks);
        Assert.Equal(disks, result.Disks.Select(disk => disk.Name));
        foreach (string disk in disks)
            Judge.AssertSame(Files[disk], _repository.Export(disk + ".out", disk: disk));
        _repository.AssertClean();
    }

    [Fact]
    public void TheJudgesObjectToOneByte()
    {
        string disk = TestDisks.FileSystem(Files, "disk", "-t ext4 -b 4096", "16M");
        _repository.Commit("disk");
        string raw = _repository.Export("out"), vmdk = _repository.Export("out.vmdk", null);
        Judge.AssertSameDisk(disk, vmdk);
        foreach (long bit in (long[])[0, 8 * 1080, 8L * ((16 << 20) - 1)])
        {
            Damage.FlipBitInFile(raw, bit);
            Assert.Equal(1, Judge.Compare(disk, raw).ExitCode);
            Assert.NotEqual(Judge.Sha256(disk), Judge.Sha256(raw));
            Assert.Equal(1, Judge.CompareDisks(raw, vmdk).ExitCode);
            Damage.FlipBitInFile(raw, bit);
        }

        Judge.AssertSame(disk, raw);
    }

    public void Dispose() => _repository.Dispose();
}
