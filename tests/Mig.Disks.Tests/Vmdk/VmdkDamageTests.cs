using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Vmdk;

/// <summary>
/// Every prefix and every flipped bit of the metadata of small images: only the documented exceptions may come out, in bounded time and
/// memory.
/// </summary>
public class VmdkDamageTests
{
    private const int GrainLength = 65536;
    private const long MaxAllocation = 80 << 20; // a table of MaxTableBytes, and change

    public static TheoryData<string> Formats => ["vmdk:monolithicSparse", "vmdk:streamOptimized"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void EveryPrefix(string format)
    {
        using TestFolder folder = Make(format, out byte[] file, out _);
        using FileStream stream = new(folder["disk.vmdk"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        int refused = 0;
        for (int length = file.Length; length >= 0; length -= length > 12_000 && length < file.Length - 4096 ? 61 : 1)
        {
            stream.SetLength(length);
            refused += TryRead(folder["disk.vmdk"], $"the first {length} bytes") ? 0 : 1;
        }

        Assert.True(refused > 10_000, $"only {refused} prefixes were refused");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void EveryBitOfTheMetadata(string format)
    {
        using TestFolder folder = Make(format, out byte[] file, out IEnumerable<Range> metadata);
        using FileStream stream = new(folder["disk.vmdk"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        foreach (Range range in metadata)
        {
            (int start, int length) = range.GetOffsetAndLength(file.Length);
            for (int bit = start * 8; bit < (start + length) * 8; bit++)
            {
                byte whole = file[bit / 8];
                Put(stream, bit / 8, (byte)(whole ^ (1 << (bit % 8))));
                TryRead(folder["disk.vmdk"], $"bit {bit % 8} of byte {bit / 8} flipped");
                Put(stream, bit / 8, whole);
            }
        }

        Assert.True(TryRead(folder["disk.vmdk"], "whole again"));
    }

    [Fact]
    public void EveryPrefixAndBitOfADescriptor()
    {
        using var folder = new TestFolder();
        folder.Write("data.bin", new byte[4096]);
        folder.Write("disk.vmdk", "");
        byte[] text = [..
            "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"twoGbMaxExtentFlat\"\n# Extents\nRW 4 FLAT "u8
            + "\"data.bin\" 2\nRW 9 ZERO\nRDONLY 1 FLAT \"data.bin\" 7\nddb.adapterType = \"ide\"\n"u8];
        for (int length = 0; length <= text.Length; length++)
            TryRead(folder.Write("disk.vmdk", text.AsSpan(0, length)), $"the first {length} bytes");
        for (int bit = 0; bit < text.Length * 8; bit++)
        {
            byte[] damaged = [.. text];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            TryRead(folder.Write("disk.vmdk", damaged), $"bit {bit % 8} of byte {bit / 8} flipped");
        }
    }

    private static TestFolder Make(string format, out byte[] file, out IEnumerable<Range> metadata)
    {
        var folder = new TestFolder();
        byte[] content = new byte[(5 * GrainLength) + 512];
        new Random(1).NextBytes(content.AsSpan(0, 300));
        content.AsSpan(GrainLength, 4096).Fill(1);
        content[^1] = 1;
        Disks.Write(folder["disk.vmdk"], format, content);
        file = File.ReadAllBytes(folder["disk.vmdk"]);
        int descriptorEnd = 512 + file.AsSpan(512, 20 * 512).IndexOf((byte)0) + 16;
        metadata = format.EndsWith("Sparse", StringComparison.Ordinal)
            ? [new Range(0, descriptorEnd), Table(file, 0x30), Directory(file, 0x30), Table(file, 0x38), Directory(file, 0x38)]
            : [new Range(0, descriptorEnd), GrainLength..]; // grains, markers, tables, footer: all of the rest
        return folder;
    }

    private static Range Directory(byte[] file, int field)
    {
        int offset = 512 * BitConverter.ToInt32(file, field);
        return offset..(offset + 8);
    }

    private static Range Table(byte[] file, int field)
    {
        int offset = 512 * BitConverter.ToInt32(file, 512 * BitConverter.ToInt32(file, field));
        return offset..(offset + 64);
    }

    private static void Put(FileStream stream, long position, byte value)
    {
        stream.Position = position;
        stream.WriteByte(value);
    }

    /// <summary>
    /// Returns whether the disk could be read; fails when something else than an answer or a documented refusal comes out.
    /// </summary>
    private static bool TryRead(string path, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using DiskImage disk = DiskFormats.Open(path, null, Limits.Default);
            byte[] buffer = new byte[4096];
            foreach (ByteRange range in disk.Content.GetStoredRanges(new ByteRange(0, disk.Content.Length)).Take(100))
            {
                disk.Content.ReadExactly(range.Offset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.Length)));
                int last = (int)Math.Min(buffer.Length, range.Length);
                disk.Content.ReadExactly(range.End - last, buffer.AsSpan(0, last));
            }

            return true;
        }
        catch (Exception e) when (e is CorruptImageException or UnsupportedFeatureException or NotFoundException)
        {
            return false;
        }
        catch (Exception e)
        {
            Assert.Fail($"{what}: {e}");
            return false;
        }
        finally
        {
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocation,
                $"{what}: {GC.GetAllocatedBytesForCurrentThread() - before} bytes allocated");
        }
    }
}
