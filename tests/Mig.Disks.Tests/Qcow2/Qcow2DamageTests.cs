using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Qcow2;

/// <summary>
/// Prefixes and every flipped bit of the metadata of small images: only the documented exceptions may come out, in bounded time and memory.
/// </summary>
public class Qcow2DamageTests
{
    private const long MaxAllocation = 80 << 20; // a table of MaxTableBytes, and change

    public static TheoryData<string, string[]> Images => new()
    {
        { "cluster_size=512", [] },
        { "cluster_size=16k,extended_l2=on", [] },
        { "cluster_size=4k", ["-c"] },
        { "cluster_size=4k,compression_type=zstd", ["-c"] },
    };

    [Theory]
    [MemberData(nameof(Images))]
    public void PrefixesAndBits(string options, string[] more)
    {
        using var folder = new TestFolder();
        byte[] content = new byte[40 * 1024];
        new Random(1).NextBytes(content.AsSpan(0, 3000));
        content.AsSpan(20_000, 5000).Fill(7);
        Tool.Run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", "-o", options, .. more, folder.Write("raw", content), folder["made"]]);
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, "-b", "made", "-F", "qcow2", folder["disk.qcow2"]);
        Tool.Run("qemu-io", "-f", "qcow2", "-c", "write -P 5 4k 4k", folder["disk.qcow2"]);
        foreach (string name in (string[])["made", "disk.qcow2"])
        {
            byte[] file = File.ReadAllBytes(folder[name]);
            for (int length = file.Length - 1; length >= 0; length -= length > 1024 ? 997 : 7)
                TryRead(folder, name, file.AsSpan(0, length), $"the first {length} bytes");
            int tables = (int)BitConverter.ToUInt32([.. file[0x28..0x30].Reverse()], 0);
            int l2 = (int)(System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(file.AsSpan(tables)) & 0xFFFFFE00);
            int compressed = more.Length > 0 ? file.AsSpan(0x1000).LastIndexOfAnyExcept((byte)0) + 0x1000 - 40 : 0;
            foreach (Range range in (Range[])[0..0x130, tables..(tables + 8), l2..(l2 + 48), compressed..(compressed + 40)])
            {
                for (int bit = range.Start.Value * 8; bit < Math.Min(range.End.Value, file.Length) * 8; bit++)
                    TryRead(folder, name, Testing.Damage.FlipBit(file, bit), $"bit {bit % 8} of byte {bit / 8} flipped");
            }

            Assert.True(TryRead(folder, name, file, "whole again"));
        }
    }

    private static bool TryRead(TestFolder folder, string name, ReadOnlySpan<byte> file, string what)
    {
        string path = folder.Write(name, file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using DiskImage disk = DiskFormats.Open(path, "qcow2", Limits.Default);
            byte[] buffer = new byte[4096];
            foreach (ByteRange range in disk.Content.GetStoredRanges(new ByteRange(0, disk.Content.Length)).Take(100))
            {
                int length = (int)Math.Min(buffer.Length, range.Length);
                disk.Content.ReadExactly(range.Offset, buffer.AsSpan(0, length));
                disk.Content.ReadExactly(range.End - length, buffer.AsSpan(0, length));
            }

            return true;
        }
        catch (Exception e) when (e is CorruptImageException or UnsupportedFeatureException or NotFoundException)
        {
            return false;
        }
        catch (Exception e)
        {
            Assert.Fail($"{name}, {what}: {e}");
            return false;
        }
        finally
        {
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocation,
                $"{what}: {GC.GetAllocatedBytesForCurrentThread() - before} bytes allocated");
        }
    }
}
