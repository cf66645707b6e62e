using System.Buffers.Binary;
using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Qcow2;

/// <summary>One case per error code: a loop over damaged bits does not notice a check that is gone.</summary>
public class Qcow2ErrorTests
{
    private const int L1 = 0x10000, FirstData = 0x20000;

    public static TheoryData<string, string, Func<byte[], byte[]>> Cases => new()
    {
        { "QCOW2-001", "50 bytes present", file => file[..50] },
        { "QCOW2-001", "100 bytes present", file => file[..100] },
        { "QCOW2-001", "begins with 00000001", file => Put32(file, 0, 1) },
        { "QCOW2-002", "version is 4", file => Put32(file, 4, 4) },
        { "QCOW2-003", "cluster bits are 8", file => Put32(file, 0x14, 8) },
        { "QCOW2-003", "cluster bits are 22", file => Put32(file, 0x14, 22) },
        { "QCOW2-003", "with subclusters", file => Put32(Put32(file, 0x14, 13), 0x4C, 16) },
        { "QCOW2-004", "method is 3", file => Put32(file, 0x20, 3) },
        { "QCOW2-005", "header length is 100", file => Put32(file, 0x64, 100) },
        { "QCOW2-005", "header length is 65544", file => Put32(file, 0x64, 65544) },
        { "QCOW2-006", "at most", file => Put32(file, 0x18, 0x80000000) },
        { "QCOW2-007", "compression type is 0", file => Put32(file, 0x4C, 8) },
        { "QCOW2-007", "compression type is 1", file => Put32(Put32(file, 0x64, 112), 0x68, 0x01000000) },
        { "QCOW2-008", "at most", file => Put32(WithBacking(file, "base", "raw"), 0x6C, 1000) },
        { "QCOW2-009", "1 entries, 2 needed", file => Put32(file, 0x1C, (512 << 20) + 512) },
        { "QCOW2-010", "at most", file => Put32(Put32(file, 0x18, 0x08000000), 0x24, 0x7FFFFFFF) },
        { "QCOW2-011", "begins with a cluster", file => Put32(file, 0x2C, 0x10200) },
        { "QCOW2-011", "8 bytes at 0", file => Put32(file, 0x2C, 0) },
        { "QCOW2-011", "within the", file => Put32(file, 0x28, 0x7FFF0000) },
        { "QCOW2-012", "entry 0 is", file => Put32(file, L1 + 4, 0x00020200) },
        { "QCOW2-012", "entry 0 is", file => Put32(file, L1 + 4, 0x00020001) },
        { "QCOW2-012", "entry 0 is", file => Put32(file, L1, 0x00FF0000) },
        { "QCOW2-013", "100 L2 tables", file => ShareTable(file) },
        { "QCOW2-014", "of the file, which ends at", file => PutEntry(file, 0x00FF_0000_0000_0000) },
        { "QCOW2-015", "0000000000020200", file => PutEntry(file, 0x20200) },
        { "QCOW2-015", "with other bits 0", file => PutEntry(file, 0x20002) },
        { "QCOW2-016", "version 2 does not have", file => Put32(PutEntry(file, 1), 4, 2) },
        { "QCOW2-017", "none may be both", file => PutEntry(Put32(file, 0x4C, 16), FirstData, 0x0000_0001_0000_0001) },
        { "QCOW2-017", "need a cluster", file => PutEntry(Put32(file, 0x4C, 16), 0, 1) },
        { "QCOW2-018", "after the header", file => PutEntry(file, (1UL << 62) | 100) },
        { "QCOW2-018", "within the", file => PutEntry(file, (1UL << 62) | 0xFFFF_FFFF) },
        { "QCOW2-019", "does not inflate", file => PutEntry(file, (1UL << 62) | FirstData) },
        { "QCOW2-019", "bytes came out", file => PutEntry(WithDeflated(file), (1UL << 62) | FirstData) },
        { "QCOW2-019", "zstd", file => PutEntry(Put32(Put32(Put32(file, 0x4C, 8), 0x64, 112), 0x68, 0x01000000), (1UL << 62) | FirstData) },
        { "QCOW2-020", "more clusters than", file => ShareCluster(file) },
        { "QCOW2-021", "backing file name", file => WithName(file, 128, 0) },
        { "QCOW2-021", "backing file name", file => WithName(file, 128, 1024) },
        { "QCOW2-021", "backing file name", file => WithName(file, 80, 4) },
        { "QCOW2-021", "backing file name", file => WithName(file, 0xFFFE, 4) },
        { "QCOW2-021", "zero byte", file => WithName(file, 128, 4) },
        { "QCOW2-022", "lies over", file => WithBacking(file, "disk.qcow2", "qcow2") },
    };

    public static TheoryData<string, Func<byte[], byte[]>> Unsupported => new()
    {
        { "version 1", file => Put32(file, 4, 1) },
        { "AES", file => Put32(file, 0x20, 1) },
        { "LUKS", file => Put32(file, 0x20, 2) },
        { "external data", file => Put32(file, 0x4C, 4) },
        { "feature bits 20", file => Put32(file, 0x4C, 32) },
        { "compression type 2", file => Put32(Put32(Put32(file, 0x4C, 8), 0x64, 112), 0x68, 0x02000000) },
        { "end at a sector", file => Put32(file, 0x1C, 1000) },
        { "not a file", file => WithBacking(file, "nbd://example/x", "raw") },
        { "not a file", file => WithBacking(file, "json:{\"driver\":\"raw\"}", "raw") },
        { "without a format", file => WithBacking(file, "base", null) },
        { "in format qed", file => WithBacking(file, "base", "qed") },
        { "outside the image's folder", file => WithBacking(file, "/etc/passwd", "raw") },
        { "outside the image's folder", file => WithBacking(file, "../base", "raw") },
        { "that is not a file", file => WithBacking(file, ".", "raw") },
    };

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Codes(string code, string detail, Func<byte[], byte[]> damage)
    {
        using var folder = new TestFolder();
        string path = folder.Write("disk.qcow2", damage(Make(folder)));
        var e = Assert.Throws<CorruptImageException>(() =>
        {
            using DiskImage disk = DiskFormats.Open(path, "qcow2", Limits.Default);
            foreach (ByteRange range in disk.Content.GetStoredRanges(new ByteRange(0, disk.Content.Length)))
                disk.Content.ReadExactly(range.Offset, new byte[Math.Min(range.Length, 4096)]);
        });
        Assert.Equal(code, e.Code);
        Assert.Contains(detail, e.Message, StringComparison.Ordinal);
        Assert.Contains("disk.qcow2", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Unsupported), DisableDiscoveryEnumeration = true)]
    public void Features(string feature, Func<byte[], byte[]> damage)
    {
        using var folder = new TestFolder();
        string path = folder.Write("disk.qcow2", damage(Make(folder)));
        Assert.Contains(feature, Assert.Throws<UnsupportedFeatureException>(() => DiskFormats.Open(path, null, Limits.Default)).Feature,
            StringComparison.Ordinal);
    }

    [Fact]
    public void EncryptedDisksAndExternalDataOfQemuAreRefused()
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", "data_file=data.raw", folder["external.qcow2"], "1M");
        Assert.Contains("external data", Assert.Throws<UnsupportedFeatureException>(() =>
            DiskFormats.Open(folder["external.qcow2"], null, Limits.Default)).Feature, StringComparison.Ordinal);
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=x", "-o",
            "encrypt.format=aes,encrypt.key-secret=s", folder["aes.qcow2"], "1M");
        Assert.Contains("AES", Assert.Throws<UnsupportedFeatureException>(() =>
            DiskFormats.Open(folder["aes.qcow2"], null, Limits.Default)).Feature, StringComparison.Ordinal);
    }

    [Fact]
    public void ABackingFileIsFollowedOnlyWhereTheFormatIsExpected()
    {
        using var folder = new TestFolder();
        folder.Write("secret", new byte[1 << 20]);
        // A guest's raw disk that begins as a QCOW2 over a neighbour.
        string path = folder.Write("guest.raw", WithBacking(Make(folder), "secret", "raw"));
        Assert.Contains("extension", Assert.Throws<UnsupportedFeatureException>(() => DiskFormats.Open(path, null, Limits.Default)).Feature,
            StringComparison.Ordinal);
        using DiskImage forced = DiskFormats.Open(path, "qcow2", Limits.Default);
        Assert.Equal(2, forced.Files.Count);
        File.CreateSymbolicLink(folder["link"], "/etc/passwd");
        string linked = folder.Write("disk.qcow2", WithBacking(Make(folder), "link", "raw"));
        Assert.Contains("outside", Assert.Throws<UnsupportedFeatureException>(() => DiskFormats.Open(linked, null, Limits.Default)).Feature,
            StringComparison.Ordinal);
        using DiskImage allowed = DiskFormats.Open(linked, null, Limits.Default, new DiskOpenOptions { AllowedFolders = ["/etc"] });
        Assert.Equal(2, allowed.Files.Count);
        string missing = folder.Write("disk.qcow2", WithBacking(Make(folder), "missing", "raw"));
        Assert.Contains("does not exist", Assert.Throws<NotFoundException>(() => DiskFormats.Open(missing, null, Limits.Default)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void TooManyDisksOverOneAnother()
    {
        using var folder = new TestFolder();
        folder.Write("0.qcow2", Make(folder));
        for (int i = 1; i < 6; i++)
            folder.Write($"{i}.qcow2", WithBacking(Make(folder), $"{i - 1}.qcow2", "qcow2"));
        var limits = new Limits { MaxBackingDepth = 5 };
        Assert.Equal("QCOW2-022", Assert.Throws<CorruptImageException>(() => DiskFormats.Open(folder["5.qcow2"], null, limits)).Code);
        using DiskImage disk = DiskFormats.Open(folder["4.qcow2"], null, limits);
        Assert.Equal(5, disk.Files.Count);
    }

    internal static byte[] Make(TestFolder folder)
    {
        byte[] content = new byte[1 << 20];
        new Random(1).NextBytes(content.AsSpan(0, 100_000));
        Disks.Write(folder["made"], "qcow2", content, overwrite: true, pieceLength: 1 << 20);
        return File.ReadAllBytes(folder["made"]);
    }

    internal static byte[] WithBacking(byte[] file, string name, string? format)
    {
        int nameOffset = 0x68 + 8;
        if (format is not null)
        {
            Put32(Put32(file, 0x68, 0xE2792ACA), 0x6C, (uint)format.Length);
            System.Text.Encoding.ASCII.GetBytes(format, file.AsSpan(0x70));
            nameOffset = 0x70 + 8 + 8;
        }

        System.Text.Encoding.ASCII.GetBytes(name, file.AsSpan(nameOffset));
        return WithName(file, (uint)nameOffset, (uint)name.Length);
    }

    private static byte[] WithName(byte[] file, uint offset, uint length) => Put32(Put32(file, 0x0C, offset), 0x10, length);

    private static byte[] Put32(byte[] file, int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(offset), value);
        return file;
    }

    private static int Table(byte[] file) => (int)(BinaryPrimitives.ReadInt64BigEndian(file.AsSpan(L1)) & 0xFFFFFE00);

    private static byte[] PutEntry(byte[] file, ulong entry, ulong bitmap = 0)
    {
        BinaryPrimitives.WriteUInt64BigEndian(file.AsSpan(Table(file)), entry);
        if (bitmap != 0)
            BinaryPrimitives.WriteUInt64BigEndian(file.AsSpan(Table(file) + 8), bitmap);
        return file;
    }

    private static byte[] WithDeflated(byte[] file)
    {
        using var stream = new MemoryStream(file, FirstData, 512);
        using (var deflate = new System.IO.Compression.DeflateStream(stream, System.IO.Compression.CompressionMode.Compress))
            deflate.Write(new byte[1000]);
        return file;
    }

    private static byte[] ShareCluster(byte[] file)
    {
        for (int i = 0; i < 16; i++)
            BinaryPrimitives.WriteUInt64BigEndian(file.AsSpan(Table(file) + (8 * i)), FirstData);
        return file;
    }

    private static byte[] ShareTable(byte[] file)
    {
        Put32(Put32(file, 0x18, 12), 0x1C, 0x80000000); // 50 GiB
        Put32(file, 0x24, 100);
        for (int i = 1; i < 100; i++)
            file.AsSpan(L1, 8).CopyTo(file.AsSpan(L1 + (8 * i)));
        return file;
    }
}
