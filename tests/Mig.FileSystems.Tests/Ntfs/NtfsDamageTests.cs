using Mig.Core;

namespace Mig.FileSystems.Tests.Ntfs;

/// <summary>Whatever is cut off or flipped: only the documented exceptions come out, soon, and without much memory.</summary>
public sealed class NtfsDamageTests(NtfsSamples samples) : IClassFixture<NtfsSamples>
{
    private static readonly DamagedReading Reading = new(maxAllocatedBytes: 64 << 20); // of an image of 3 MiB

    [Fact]
    public void EveryFlippedBitEndsInAKnownWay()
    {
        byte[] image = [.. samples.Image];
        Reading.FlipBits(new NtfsPatch(image), FindMetadata(image).Select(static sector => new ByteRange(sector * 512, 512)), stride: 149,
            min: (100, 100));
    }

    [Fact]
    public void EveryLengthEndsInAKnownWay()
    {
        for (int length = 0; length < samples.Image.Length; length += length < 8 << 10 ? 509 : 16411)
            Assert.Equal(length < 512, Reading.TryRead(new NtfsPatch(samples.Image) { Length = length }, $"length {length}"));
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
            Reading.TryRead(new NtfsPatch(image), $"seed {seed}, run {run}");
        }
    }

    /// <summary>
    /// Returns the sectors of the boot sector, of records and blocks of indexes, and the first ones of compressed content and of the log.
    /// </summary>
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
