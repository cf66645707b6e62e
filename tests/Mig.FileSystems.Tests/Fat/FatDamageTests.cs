using Mig.Core;

namespace Mig.FileSystems.Tests.Fat;

/// <summary>Whatever is cut off or flipped: only the documented exceptions come out, soon, and without much memory.</summary>
public sealed class FatDamageTests(FatSamples samples) : IClassFixture<FatSamples>
{
    private const int BootSector = 512;

    private static readonly DamagedReading Reading = new(maxAllocatedBytes: 16 << 20);

    [Fact]
    public void EveryFlippedBitEndsInAKnownWay()
    {
        var patch = new FatPatch([.. samples.Fat12]);
        int end = patch.ClusterOffset(patch.FirstCluster("FOLDER     ") + 2);
        Reading.FlipBits(patch, [new ByteRange(0, BootSector), ByteRange.FromBounds(patch.FatOffset, end)], stride: 1, min: (100, 100));
    }

    [Fact]
    public void EveryLengthEndsInAKnownWay()
    {
        for (int length = 0; length < samples.Fat12.Length; length += length < 8192 ? 1 : 97)
            Assert.Equal(length < 512, Reading.TryRead(new FatPatch(samples.Fat12) { Length = length }, $"length {length}"));
    }
}
