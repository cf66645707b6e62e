using Mig.Core;

namespace Mig.FileSystems.Tests.Ntfs;

/// <summary>Whatever is cut off or flipped: only the documented exceptions come out, soon, and without much memory.</summary>
public sealed class NtfsDamageTests(NtfsSamples samples) : IClassFixture<NtfsSamples>
{
    // 1 flips every bit of metadata, which takes minutes. A prime, so that all bit positions of all fields come by.
    private const int BitStride = 149;

    private const int MaxAllocatedBytes = 64 << 20; // by one reading of an image of 3 MiB

    [Fact]
    public void EveryFlippedBitEndsInAKnownWay()
    {
        byte[] image = [.. samples.Image];
        var patch = new NtfsPatch(image);
        int errors = 0, runs = 0;
        foreach (int sector in FindMetadata(image))
        {
            for (int bit = sector * 7 % BitStride; bit < 512 * 8; bit += BitStride)
            {
                int at = (sector * 512) + (bit / 8);
                image[at] ^= (byte)(1 << (bit % 8));
                errors += ReadDamaged(patch, $"bit {bit % 8} of byte {at}") ? 0 : 1;
                image[at] ^= (byte)(1 << (bit % 8));
                runs++;
            }
        }

        // The control: damage is found at all, and not everything is damage.
        Assert.InRange(errors, 100, runs - 100);
        patch.ReadAll();
    }

    [Fact]
    public void EveryLengthEndsInAKnownWay()
    {
        for (int length = 0; length < samples.Image.Length; length += length < 8 << 10 ? 509 : 16411)
            Assert.Equal(length < 512, ReadDamaged(new NtfsPatch(samples.Image) { Length = length }, $"length {length}"));
    }

    [Fact]
    public void RandomDamageEndsInAKnownWay()
    {
        const int seed = 20260102;
        var random = new Random(seed);
        int[] metadata = [.. FindMetadata(samples.Image)];
        for (int run = 0; run < 300; run++)
        {
            byte[] image = [.. samples.Image];
            for (int i = random.Next(1, 12); i > 0; i--)
                random.NextBytes(image.AsSpan((metadata[random.Next(metadata.Length)] * 512) + random.Next(500), random.Next(1, 9)));
            ReadDamaged(new NtfsPatch(image), $"seed {seed}, run {run}");
        }
    }

    private static bool ReadDamaged(NtfsPatch patch, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            patch.ReadAll();
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

    /// <summary>Returns the sectors of the boot sector, of records and blocks of indexes, and the first ones of compressed content and of the log.</summary>
    private static IEnumerable<int> FindMetadata(byte[] image)
    {
        var patch = new NtfsPatch(image);
        var sectors = new SortedSet<int> { 0 };
        for (int record = 0; record < image.Length; record += NtfsPatch.RecordSize)
        {
            if (image.AsSpan(record).StartsWith("FILE"u8) && (patch.U16(record + 0x16) & 1) != 0)
                sectors.UnionWith([record / 512, (record / 512) + 1]);
        }

        for (int block = 0; block < image.Length; block += 4096)
        {
            if (image.AsSpan(block).StartsWith("INDX"u8))
                sectors.UnionWith(Enumerable.Range(block / 512, 8));
        }

        sectors.Add(patch.FirstCluster(patch.Find("packed/text"), 0x80) / 512);
        sectors.Add(patch.FirstCluster(2, 0x80) / 512);
        return sectors.Where(sector => !ZeroBytes.IsZero(image.AsSpan(sector * 512, 512)));
    }
}
