using System.Buffers.Binary;
using System.IO.Compression;
using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Vmdk;

/// <summary>One case per error code: a loop over damaged bits does not notice a check that is gone.</summary>
public class VmdkErrorTests
{
    private const int Version = 0x04, Flags = 0x08, Capacity = 0x0C, GrainSize = 0x14, DescriptorOffset = 0x1C, DescriptorSize = 0x24,
        TableEntryCount = 0x2C, Directory = 0x38, Newlines = 0x49, CompressAlgorithm = 0x4D;

    private const string Head = "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"custom\"\n";

    public static TheoryData<string, string, Func<byte[], byte[]>> Headers => new()
    {
        { "VMDK-001", "100 bytes present", file => file[..100] },
        { "VMDK-002", "0x564d444b expected", file => Set(file, 0, 0x01020304) },
        { "VMDK-003", "version is 0", file => Set(file, Version, 0) },
        { "VMDK-004", "0A200D0A expected", file => Set(file, Newlines, 0x0A0A200A) },
        { "VMDK-005", "capacity is", file => Set(file, Capacity + 4, 0x7FFFFFFF) },
        { "VMDK-006", "grain size is 7", file => Set(file, GrainSize, 7) },
        { "VMDK-006", "grain size is 129", file => Set(file, GrainSize, 129) },
        { "VMDK-006", "grain size is 16384", file => Set(file, GrainSize, 16384) },
        { "VMDK-007", "0 entries", file => Set(file, TableEntryCount, 0) },
        { "VMDK-007", "65537 entries", file => Set(file, TableEntryCount, 65537) },
        { "VMDK-008", "but the file ends at", file => Set(Set(file, Flags, 1), Directory, 0x7FFFFFFF) },
        { "VMDK-009", "at most", file => Set(file, Capacity + 4, 0x00010000) },
        { "VMDK-010", "entry 0 is sector 2130706432", file => SetTables(file, directory: 0x7F000000, table: null) },
        { "VMDK-011", "grain table entry 0", file => SetTables(file, directory: null, table: 0x7F000000) },
        { "VMDK-011", "sector 1,", file => SetTables(file, directory: null, table: 1) },
        { "VMDK-012", "0 sectors long", file => Set(file, DescriptorSize, 0) },
        { "VMDK-012", "descriptor at sector 2147483647", file => Set(file, DescriptorOffset, 0x7FFFFFFF) },
        { "VMDK-013", "compression algorithm is 1", file => Set(file, CompressAlgorithm, 1) },
        { "VMDK-013", "compression algorithm is 0", file => Set(file, Flags, 0x30001) },
        { "VMDK-019", "more grains than", file => ShareOneGrain(file) },
    };

    public static TheoryData<string, string, Func<byte[], byte[]>> Streams => new()
    {
        { "VMDK-014", "no room for header and footer", file => Set(file, DescriptorOffset, 0)[..1600] },
        { "VMDK-014", "type is", file => file[..^512] },
        { "VMDK-014", "is not zero", file => Set(file, file.Length - 512, 1) },
        { "VMDK-014", "but the header says", file => Set(file, file.Length - 1024 + Capacity, 4096) },
        { "VMDK-015", "belongs to disk sector 5", file => Set(file, 65536, 5) },
        { "VMDK-016", "0 compressed bytes", file => Set(file, 65536 + 8, 0) },
        { "VMDK-016", "2147483647 compressed bytes", file => Set(file, 65536 + 8, 0x7FFFFFFF) },
        { "VMDK-017", "does not inflate", file => Set(file, 65536 + 12, 0x55555555) },
        { "VMDK-017", "does not inflate", file => Set(file, 65536 + 12, 0x00002078) }, // wants a preset dictionary
        { "VMDK-018", "inflates to 1000 bytes", file => ReplaceGrain(file, 1000) },
        { "VMDK-018", "inflates to more than 65536", file => ReplaceGrain(file, 65537) },
        { "VMDK-018", "inflates to more than 65536", file => ReplaceGrain(file, 1 << 20) },
    };

    public static TheoryData<string, string, string> Descriptors => new()
    {
        { "VMDK-030", "does not begin with", "version=1\n" },
        { "VMDK-035", "no extents", Head + "\0\nRW 1 ZERO\n" },
        { "VMDK-033", "line 6 is neither", Head + "what\nRW 1 ZERO\n" },
        { "VMDK-034", "version is 9", Head.Replace("version=1", "version=9", StringComparison.Ordinal) + "RW 1 ZERO\n" },
        { "VMDK-034", "version is missing", Head.Replace("version=1", "", StringComparison.Ordinal) + "RW 1 ZERO\n" },
        { "VMDK-035", "no extents", Head },
        { "VMDK-036", "createType is missing", Head.Replace("createType", "#", StringComparison.Ordinal) + "RW 1 ZERO\n" },
        { "VMDK-037", "up to line 7", Head + "RW 18014398509481983 ZERO\nRW 1 ZERO\n" },
        { "VMDK-038", "access, sector count and type", Head + "RW 1\n" },
        { "VMDK-038", "sector count is -1", Head + "RW -1 ZERO\n" },
        { "VMDK-038", "sector count is 18014398509481984", Head + "RW 18014398509481984 ZERO\n" },
        { "VMDK-038", "type is FLOT", Head + "RW 1 FLOT \"a\" 0\n" },
        { "VMDK-038", "double quotes", Head + "RW 1 FLAT \"a\n" },
        { "VMDK-038", "double quotes", Head + "RW 1 FLAT\n" },
        { "VMDK-038", "offset is x", Head + "RW 1 FLAT \"flat.bin\" x\n" },
        { "VMDK-040", "has 2", Head + "RW 3 FLAT \"flat.bin\" 0\n" },
        { "VMDK-040", "1 sectors from 2 needed", Head + "RW 1 FLAT \"flat.bin\" 2\n" },
        { "VMDK-041", "says 2048", Head + "RW 2047 SPARSE \"sparse.vmdk\"\n" },
        { "VMDK-042", "is not a file name", Head + "RW 1 FLAT \"..\" 0\n" },
        { "VMDK-043", "parentFileNameHint is missing", Head.Replace("parentCID=ffffffff", "parentCID=12345678", StringComparison.Ordinal)
            + "RW 1 ZERO\n" },
        { "VMDK-043", "a file name expected", Head + "parentFileNameHint=\"..\"\nRW 1 ZERO\n" },
        { "VMDK-044", "parentCID is ffffffff", Head + "parentFileNameHint=\"base.vmdk\"\nRW 1 ZERO\n" },
        { "VMDK-045", "lies over", Head.Replace("=ffffffff", "=00000001", StringComparison.Ordinal)
            + "parentFileNameHint=\"disk.vmdk\"\nRW 2048 SPARSE \"sparse.vmdk\"\n" },
        { "VMDK-046", "both no longer fit", Head.Replace("=ffffffff", "=00000001", StringComparison.Ordinal)
            + "parentFileNameHint=\"sparse.vmdk\"\nRW 2048 SPARSE \"sparse.vmdk\"\n" },
        { "VMDK-002", "0x00000000", Head + "RW 1 SPARSE \"flat.bin\"\n" },
    };

    public static TheoryData<string, string> UnsupportedDescriptors => new()
    {
        { "delta disk with other extents", Head.Replace("=ffffffff", "=12345678", StringComparison.Ordinal)
            + "parentFileNameHint=\"sparse.vmdk\"\nRW 1 ZERO\n" },
        { "parent outside the image's folder", Head.Replace("=ffffffff", "=12345678", StringComparison.Ordinal)
            + "parentFileNameHint=\"/etc/passwd\"\nRW 2048 SPARSE \"sparse.vmdk\"\n" },
        { "without access", Head + "NOACCESS 1 FLAT \"flat.bin\" 0\n" },
        { "VMFSSPARSE", Head + "RW 1 VMFSSPARSE \"flat.bin\"\n" },
        { "SESPARSE", Head + "RW 1 SESPARSE \"flat.bin\"\n" },
        { "createType fullDevice", Head.Replace("custom", "fullDevice", StringComparison.Ordinal) + "RW 1 FLAT \"/dev/sda\" 0\n" },
    };

    [Theory]
    [MemberData(nameof(Headers), DisableDiscoveryEnumeration = true)]
    public void HeadersAndTables(string code, string detail, Func<byte[], byte[]> damage) => AssertCode(code, detail, damage(Make("vmdk")));

    [Theory]
    [MemberData(nameof(Streams), DisableDiscoveryEnumeration = true)]
    public void StreamsAndGrains(string code, string detail, Func<byte[], byte[]> damage) =>
        AssertCode(code, detail, damage(Make("vmdk:streamOptimized")));

    [Theory]
    [MemberData(nameof(Descriptors))]
    public void DescriptorTexts(string code, string detail, string text)
    {
        using TestFolder folder = MakeExtents();
        var e = Assert.Throws<CorruptImageException>(() =>
            DiskFormats.Open(folder.Write("disk.vmdk", text), "vmdk", Limits.Default).Dispose());
        // A file without title is no descriptor at all, so it is a broken extent.
        Assert.Equal(code == "VMDK-030" ? "VMDK-001" : code, e.Code);
        Assert.Contains(code == "VMDK-030" ? "bytes present" : detail, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(UnsupportedDescriptors))]
    public void UnsupportedDescriptorTexts(string feature, string text)
    {
        using TestFolder folder = MakeExtents();
        var e = Assert.Throws<UnsupportedFeatureException>(() =>
            DiskFormats.Open(folder.Write("disk.vmdk", text), null, Limits.Default).Dispose());
        Assert.Contains(feature, e.Feature, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEmbeddedDescriptorMustBeOne() =>
        AssertCode("VMDK-030", "does not begin with", Set(Make("vmdk"), 512, 0));

    [Fact]
    public void TooManyExtents()
    {
        using var folder = new TestFolder();
        string path = folder.Write("disk.vmdk", Head + "RW 1 ZERO\nRW 1 ZERO\nRW 1 ZERO\n");
        Assert.Equal("VMDK-032", Assert.Throws<CorruptImageException>(() =>
            DiskFormats.Open(path, null, new Limits { MaxContainerExtents = 2 })).Code);
        using DiskImage disk = DiskFormats.Open(path, null, new Limits { MaxContainerExtents = 3 });
        Assert.Equal(1536, disk.Content.Length);
    }

    [Fact]
    public void TooLongADescriptor()
    {
        using var folder = new TestFolder();
        string path = folder.Write("disk.vmdk", Head + new string('#', 1 << 20));
        Assert.Equal("VMDK-039", Assert.Throws<CorruptImageException>(() => DiskFormats.Open(path, "vmdk", Limits.Default)).Code);
    }

    [Fact]
    public void UnsupportedHeaders()
    {
        AssertUnsupported("version 4", Set(Make("vmdk"), Version, 4));
        AssertUnsupported("without descriptor", Set(Make("vmdk"), DescriptorOffset, 0));
        AssertUnsupported("no markers", Set(Make("vmdk:streamOptimized"), Flags, 0x10001));
        byte[] file = Make("vmdk");
        file.AsSpan(512, 20 * 512).Clear();
        System.Text.Encoding.ASCII.GetBytes(Head + "RW 2048 FLAT \"/etc/shadow\" 0\n", file.AsSpan(512));
        AssertUnsupported("embedded VMDK descriptor", file);
        System.Text.Encoding.ASCII.GetBytes(Head + "RW 1 SPARSE \"a\"\nRW 2047 SPARSE \"b\"\n", file.AsSpan(512));
        AssertUnsupported("embedded VMDK descriptor", file);
    }

    [Fact]
    public void APartOfQemuIsADiskOnlyWhenForced()
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "create", "-f", "vmdk", "-o", "subformat=twoGbMaxExtentSparse", folder["disk.vmdk"], "1M");
        var e = Assert.Throws<UnsupportedFeatureException>(() => DiskFormats.Open(folder["disk-s001.vmdk"], null, Limits.Default));
        Assert.Contains("one part of a disk", e.Message, StringComparison.Ordinal);
        Assert.Equal(1 << 20, Disks.ReadAll(folder["disk-s001.vmdk"], "vmdk").Length);
    }

    [Fact]
    public void APartIsADiskOnlyWhenForced()
    {
        using var folder = new TestFolder();
        string path = folder.Write("disk-s001.vmdk", Set(Make("vmdk"), DescriptorOffset, 0));
        Assert.Equal(1 << 20, Disks.ReadAll(path, "vmdk").Length);
    }

    [Fact]
    public void AnUncleanShutdownIsToldButRead()
    {
        using var folder = new TestFolder();
        byte[] file = Make("vmdk");
        file[0x48] = 1;
        using DiskImage disk = DiskFormats.Open(folder.Write("disk.vmdk", file), null, Limits.Default);
        Assert.Contains("not closed cleanly", Assert.Single(disk.Warnings), StringComparison.Ordinal);
    }

    private static byte[] Make(string format)
    {
        using var folder = new TestFolder();
        byte[] content = new byte[1 << 20];
        new Random(1).NextBytes(content.AsSpan(0, 3 * 65536));
        Disks.Write(folder["disk.vmdk"], format, content);
        return File.ReadAllBytes(folder["disk.vmdk"]);
    }

    private static TestFolder MakeExtents()
    {
        var folder = new TestFolder();
        folder.Write("flat.bin", new byte[1024]);
        folder.Write("sparse.vmdk", Make("vmdk"));
        return folder;
    }

    private static void AssertCode(string code, string detail, byte[] file)
    {
        using var folder = new TestFolder();
        string path = folder.Write("disk.vmdk", file);
        var e = Assert.Throws<CorruptImageException>(() =>
        {
            using DiskImage disk = DiskFormats.Open(path, "vmdk", Limits.Default);
            _ = disk.Content.GetStoredRanges(new ByteRange(0, disk.Content.Length)).Count();
            disk.Content.ReadExactly(0, new byte[65536]);
        });
        Assert.Equal(code, e.Code);
        Assert.Contains(detail, e.Message, StringComparison.Ordinal);
    }

    private static void AssertUnsupported(string feature, byte[] file)
    {
        using var folder = new TestFolder();
        string path = folder.Write("disk.vmdk", file);
        Assert.Contains(feature, Assert.Throws<UnsupportedFeatureException>(() => DiskFormats.Open(path, null, Limits.Default)).Message,
            StringComparison.Ordinal);
    }

    private static byte[] Set(byte[] file, int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);
        return file;
    }

    /// <summary>Sets the first entry of both directories, or of both first tables.</summary>
    private static byte[] SetTables(byte[] file, uint? directory, uint? table)
    {
        foreach (int field in (int[])[0x30, 0x38])
        {
            int offset = 512 * BitConverter.ToInt32(file, field);
            Set(file, table is null ? offset : 512 * BitConverter.ToInt32(file, offset), (table ?? directory)!.Value);
        }

        return file;
    }

    private static byte[] ShareOneGrain(byte[] file)
    {
        int table = 512 * BitConverter.ToInt32(file, 512 * BitConverter.ToInt32(file, Directory));
        uint sector = BitConverter.ToUInt32(file, table);
        for (int i = 0; i < 512; i++)
            Set(file, table + (4 * i), sector);
        return file;
    }

    /// <summary>Puts a well-formed grain of another length where the first one was, which did not compress and so left room.</summary>
    private static byte[] ReplaceGrain(byte[] file, int length)
    {
        using var compressed = new MemoryStream();
        using (var stream = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            stream.Write(new byte[length]);
        compressed.ToArray().CopyTo(file, 65536 + 12);
        return Set(file, 65536 + 8, (uint)compressed.Length);
    }
}
