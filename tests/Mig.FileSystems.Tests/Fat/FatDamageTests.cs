using Mig.Core;
using Mig.FileSystems.Tests.Writing;

namespace Mig.FileSystems.Tests.Fat;

/// <summary>Whatever is cut off or flipped: only the documented exceptions come out, soon, and without much memory; and a writer leaves damaged volumes as they are, or changes them soundly.</summary>
public sealed class FatDamageTests(FatSamples samples) : IClassFixture<FatSamples>
{
    private const int BootSector = 512;
    private const int MaxAllocatedBytes = 16 << 20;

    [Fact]
    public void EveryFlippedBitEndsInAKnownWay()
    {
        byte[] image = [.. samples.Fat12];
        var patch = new FatPatch(image);
        int end = patch.ClusterOffset(patch.FirstCluster("FOLDER     ") + 2);
        int errors = 0;
        int runs = 0;
        foreach (int bit in Enumerable.Range(0, BootSector * 8).Concat(Enumerable.Range(patch.FatOffset * 8, (end - patch.FatOffset) * 8)))
        {
            image[bit / 8] ^= (byte)(1 << (bit % 8));
            errors += ReadDamaged(patch, null, $"bit {bit % 8} of byte {bit / 8}") ? 0 : 1;
            image[bit / 8] ^= (byte)(1 << (bit % 8));
            runs++;
        }

        // The control: damage is found at all, and not everything is damage.
        Assert.InRange(errors, 100, runs - 100);
        Assert.True(patch.ReadAll());
    }

    [Fact]
    public void EveryLengthEndsInAKnownWay()
    {
        var patch = new FatPatch([.. samples.Fat12]);
        for (int length = 0; length < patch.Image.Length; length += length < 8192 ? 1 : 97)
            Assert.Equal(length < 512, ReadDamaged(patch, length, $"length {length}"));
    }

    [Fact]
    public void DamagedVolumesAreChangedInAKnownWay()
    {
        const int seed = 4711;
        var random = new Random(seed);
        for (int run = 0; run < 4000; run++)
        {
            byte[] image = [.. samples.Fat12];
            var patch = new FatPatch(image);
            int end = patch.ClusterOffset(patch.FirstCluster("FOLDER     ") + 2);
            (int table, int length) = (patch.FatOffset, patch.FatLength);
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                int at = random.Next(6) == 0 ? random.Next(64) : random.Next(table, end);
                image[at] = (byte)random.Next(256);
                if (at >= table && at < table + length)
                    image[at + length] = image[at];
            }

            try
            {
                Change(image, random);
            }
            catch (MigException)
            {
                // as documented
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, run {run}: {e.Message}", e);
            }
        }
    }

    private static void Change(byte[] image, Random random)
    {
        using var target = new MemoryTarget(image);
        using IFileSystemWriter? writer = FileSystemFormats.OpenWriter(target, Limits.Default, new TestClock());
        if (writer is null)
            return;
        byte[][] paths = ["/fragmented"u8.ToArray(), "/second"u8.ToArray(), "/folder"u8.ToArray(), "/folder/Other"u8.ToArray(), "/folder/deeper"u8.ToArray(), "/empty"u8.ToArray()];
        Action<byte[]>[] operations =
        [
            path => writer.Remove(path),
            path => writer.CreateFile([.. path, (byte)'x'], new NodeMetadata(0x1ED), new MemorySource(new byte[random.Next(3000)])),
            path => writer.CreateDirectory([.. path, (byte)'y'], new NodeMetadata(0x1ED)),
            path => writer.Append(path, new MemorySource(new byte[random.Next(3000)])),
            path => writer.SetLength(path, random.Next(5000)),
            path => writer.Rename(path, "/folder/moved to a longer name"u8),
            path => writer.ReplaceContent(path, new MemorySource(new byte[random.Next(3000)])),
            path => writer.RemoveDirectory(path),
        ];
        for (int i = 0; i < 8; i++)
        {
            try
            {
                operations[random.Next(operations.Length)](paths[random.Next(paths.Length)]);
            }
            catch (MigException)
            {
                // The next one may well work.
            }
        }

        writer.Commit();
    }

    private static bool ReadDamaged(FatPatch patch, int? length, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            patch.ReadAll(length);
            return true;
        }
        catch (Exception e) when (e is CorruptImageException or UnsupportedFeatureException)
        {
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what} ended in {e.GetType()}", e);
        }
        finally
        {
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocatedBytes, $"{what} took {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        }
    }
}
