using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Compressed;

/// <summary>What gzip, bzip2, xz and zstd make of a disk is the disk; nothing that is not whole is.</summary>
public class CompressedDiskTests
{
    private const int Length = 3 << 20;

    // How to compress "disk.raw" into "packed".
    public static TheoryData<string, string> Packings => new()
    {
        { "gz", "gzip -c disk.raw > packed" },
        { "gz", "gzip -1 -c disk.raw > packed; head -c 100000 /dev/zero >> packed" },
        { "gz", "(head -c 1000001 disk.raw | gzip -c; head -c 0 /dev/null | gzip -c; tail -c +1000002 disk.raw | gzip -9 -c) > packed" },
        { "bz2", "bzip2 -c disk.raw > packed" },
        { "bz2", "(head -c 1000001 disk.raw | bzip2 -1 -c; head -c 0 /dev/null | bzip2 -c; tail -c +1000002 disk.raw | bzip2 -c) > "
            + "packed" },
        { "xz", "xz -c disk.raw > packed" },
        { "xz", "(head -c 1000001 disk.raw | xz -0 -c; head -c 8 /dev/zero; tail -c +1000002 disk.raw | xz -C sha256 -c) > packed" },
        { "xz", "xz -9 --check=none -c disk.raw > packed" },
        { "zst", "zstd -q -c disk.raw > packed" },
        { "zst", "(printf '\\x50\\x2A\\x4D\\x18\\x04\\0\\0\\0abcd'; zstd -q -c disk.raw) > packed" }, // as pzstd begins
        { "zst", "(head -c 1000001 disk.raw | zstd -q -c; tail -c +1000002 disk.raw | zstd -q -19 --no-check -c) > packed" },
    };

    [Theory]
    [MemberData(nameof(Packings))]
    public void Raw_disks(string name, string command)
    {
        using TestFolder folder = Make(command);
        using DiskImage disk = DiskFormats.Open(folder["packed"], null, Limits.Default);
        Assert.Equal($"raw+{name}", disk.Format);
        Assert.Equal([folder["packed"]], disk.Files);
        Disks.AssertSame(File.ReadAllBytes(folder["disk.raw"]), Disks.ReadAll(disk.Content));
        Disks.AssertSame(File.ReadAllBytes(folder["disk.raw"]), Disks.ReadStored(disk.Content));
        // Zeros are holes again.
        Assert.InRange(disk.Content.GetStoredRanges(new ByteRange(0, disk.Content.Length)).Sum(range => range.Length), 500_000, Length / 2);
    }

    [Theory]
    [InlineData("qcow2", "qcow2")]
    [InlineData("vmdk", "vmdk:monolithicSparse")]
    public void Containers_inside(string container, string format)
    {
        using TestFolder folder = Make($"qemu-img convert -O {container} disk.raw d.{container}; xz -0 d.{container}");
        using DiskImage disk = DiskFormats.Open(folder[$"d.{container}.xz"], null, Limits.Default);
        Assert.Equal($"{format}+xz", disk.Format);
        Assert.Equal($"d.{container}", disk.Name);
        Disks.AssertSame(File.ReadAllBytes(folder["disk.raw"]), Disks.ReadAll(disk.Content));
        Disks.AssertSame(Disks.ReadAll(disk.Content), Disks.ReadAll(folder[$"d.{container}.xz"], $"{container}+xz"));
        Disks.AssertSame(Disks.ReadAll(disk.Content), Disks.ReadAll(folder[$"d.{container}.xz"], container));
    }

    [Fact]
    public void What_lies_under_a_compressed_disk_is_found_beside_it()
    {
        using TestFolder folder = Make("qemu-img create -q -f qcow2 -b disk.raw -F raw d.qcow2; gzip d.qcow2");
        using DiskImage disk = DiskFormats.Open(folder["d.qcow2.gz"], null, Limits.Default);
        Assert.Equal([folder["d.qcow2.gz"], folder["disk.raw"]], disk.Files);
        Disks.AssertSame(File.ReadAllBytes(folder["disk.raw"]), Disks.ReadAll(disk.Content));
    }

    [Fact]
    public void Raw_means_the_file_itself()
    {
        using TestFolder folder = Make("gzip -c disk.raw > packed");
        Disks.AssertSame(File.ReadAllBytes(folder["packed"]), Disks.ReadAll(folder["packed"], "raw"));
    }

    [Theory]
    [InlineData("gzip -c")]
    [InlineData("xz -c")]
    [InlineData("zstd -q -c")]
    public void Half_a_file_is_no_disk(string program)
    {
        using TestFolder folder = Make($"head -c 20000 disk.raw | {program} > one; (cat one; head -c 5000 disk.raw | {program}) > packed");
        byte[] whole = File.ReadAllBytes(folder["packed"]);
        long first = new FileInfo(folder["one"]).Length;
        Assert.Equal(25000, Disks.ReadAll(folder["packed"]).Length);
        for (int length = 20; length < whole.Length; length += length < whole.Length - 20 ? 397 : 1)
        {
            // Where a member ends, what is there is whole: nothing tells that there were more.
            if (length != first)
                AssertDamaged(folder, whole.AsSpan(0, length), $"the first {length} of {whole.Length} bytes");
        }

        AssertDamaged(folder, [.. whole, .. "garbage"u8], "something behind the end");
        var random = new Random(12);
        for (int i = 0; i < 30; i++)
        {
            int bit = random.Next((int)first * 8, whole.Length * 8);
            byte[] flipped = Testing.Damage.FlipBit(whole, bit);
            try
            {
                Disks.AssertSame(Disks.ReadAll(folder.Write("damaged", whole)), Disks.ReadAll(folder.Write("damaged", flipped)));
            }
            catch (Exception e) when (e is CorruptImageException or UnsupportedFeatureException)
            {
                Assert.True(e is UnsupportedFeatureException || ((CorruptImageException)e).Code == "DISK-001", e.Message);
            }
        }
    }

    [Fact]
    public void A_bomb_is_stopped()
    {
        using TestFolder folder = Make("head -c 100M /dev/zero | zstd -q -c > packed");
        var e = Assert.Throws<CorruptImageException>(() =>
            DiskFormats.Open(folder["packed"], null, Limits.Default with { MaxDecompressedBytes = 50 << 20 }));
        Assert.Equal("DISK-002", e.Code);
        Assert.Contains("core.maxDecompressed", e.Message, StringComparison.Ordinal);
        using DiskImage disk = DiskFormats.Open(folder["packed"], null, Limits.Default with { MaxDecompressedBytes = 100 << 20 });
        Assert.Empty(disk.Content.GetStoredRanges(new ByteRange(0, disk.Content.Length)));
    }

    [Fact]
    public void Nothing_is_left_of_it_and_it_can_be_interrupted()
    {
        using TestFolder folder = Make("gzip -c disk.raw > packed; mkdir tmp");
        var options = new DiskOpenOptions { TemporaryFolder = folder["tmp"] };
        using (DiskImage disk = DiskFormats.Open(folder["packed"], null, Limits.Default, options))
            Assert.Empty(Directory.GetFileSystemEntries(folder["tmp"]));
        Assert.Throws<OperationCanceledException>(() => DiskFormats.Open(
            folder["packed"], null, Limits.Default, options with { Cancellation = new CancellationToken(canceled: true) }));
        Assert.Empty(Directory.GetFileSystemEntries(folder["tmp"]));
    }

    [Fact]
    public void A_file_that_is_written_to_meanwhile_is_noticed()
    {
        using TestFolder folder = Make("gzip -c disk.raw > packed");
        using DiskImage disk = DiskFormats.Open(folder["packed"], null, Limits.Default, new DiskOpenOptions { IsWatched = true });
        Assert.Null(disk.FindChange());
        File.AppendAllText(folder["packed"], "x");
        Assert.Equal(folder["packed"], disk.FindChange()?.Path);
    }

    [Theory]
    [InlineData("gzip -c disk.raw | gzip -c", "gz compression", "gzip -d")]
    [InlineData("xz --format=lzma -0 -c disk.raw", "lzma compression", "xz -d --format=lzma")]
    [InlineData("printf '\\037\\235\\220x'; cat disk.raw", "compress (.Z) compression", "gzip -d")]
    [InlineData("printf '\\377\\006\\0\\0sNaPpY'; cat disk.raw", "snappy compression", "snzip -d")]
    [InlineData("printf '\\0ntfsclone-image'; cat disk.raw", "an ntfsclone image", "ntfsclone --restore-image")]
    [InlineData("tar c disk.raw | xz -0 -c", "a tar archive", "tar xf")]
    [InlineData("xz -F lzma2 -c disk.raw 2>/dev/null || head -c 2M disk.raw | xz --lzma2=dict=512MiB -c",
        "xz data that needs so much memory", "xz -d")]
    [InlineData("zstd -q --long=31 --ultra -22 -c disk.raw disk.raw >/dev/null; head -c 1000 disk.raw | zstd -q --zstd=wlog=28 --ultra -c",
        "zstd data that needs so much memory", "zstd -d --long=31")]
    public void What_mig_does_not_unpack_is_named(string command, string name, string advice)
    {
        using TestFolder folder = Make($"({command}) > packed");
        var e = Assert.Throws<UnsupportedFeatureException>(() => DiskFormats.Open(folder["packed"], null, Limits.Default));
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.Contains(advice, e.Message, StringComparison.Ordinal);
    }

    private static void AssertDamaged(TestFolder folder, ReadOnlySpan<byte> bytes, string what)
    {
        string path = folder.Write("damaged", bytes);
        try
        {
            using DiskImage disk = DiskFormats.Open(path, null, Limits.Default);
            Assert.Fail($"{what}: {disk.Content.Length} bytes pass for a disk");
        }
        catch (CorruptImageException e)
        {
            Assert.Equal("DISK-001", e.Code);
        }
    }

    private static TestFolder Make(string command)
    {
        var folder = new TestFolder();
        byte[] disk = new byte[Length];
        MixedBytes.Make(1 << 20, 3).CopyTo(disk, 0);
        disk[^1] = 1;
        folder.Write("disk.raw", disk);
        Tool.Run("bash", "-euc", $"cd '{folder.Path}'; {command}");
        return folder;
    }
}
