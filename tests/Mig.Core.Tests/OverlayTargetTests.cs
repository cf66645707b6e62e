using Mig.Testing;

namespace Mig.Core.Tests;

/// <summary>What is written to a copy-on-write view is seen through it, and only there.</summary>
public sealed class OverlayTargetTests : IDisposable
{
    private const int Seed = 20_220;

    private readonly TestFolder _folder = new();

    [Fact]
    public void ReadsAsIfItHadBeenWrittenInPlace()
    {
        byte[] below = MixedBytes.Make((40 << 20) + 1234, Seed); // more than two regions, and no whole number of pages
        byte[] model = [.. below];
        using var overlay = new OverlayTarget(new MemorySource(below), FileTarget.CreateTemporary(_folder.Path, below.Length));
        var random = new Random(Seed);
        for (int i = 0; i < 300; i++)
        {
            int offset = random.Next(model.Length + 1);
            int length = Math.Min(model.Length - offset, random.Next(1 << random.Next(1, 18)));
            if (random.Next(3) == 0)
            {
                overlay.Zero(new ByteRange(offset, length));
                model.AsSpan(offset, length).Clear();
            }
            else
            {
                random.NextBytes(model.AsSpan(offset, length));
                overlay.Write(offset, model.AsSpan(offset, length));
            }
        }

        byte[] read = new byte[model.Length];
        overlay.ReadExactly(0, read);
        Assert.True(model.AsSpan().SequenceEqual(read), $"seed {Seed}");
        Assert.True(below.AsSpan().SequenceEqual(MixedBytes.Make(below.Length, Seed)), "the source was written");
        CheckRanges(overlay, below, model);
    }

    [Fact]
    public void RefusesWhatLiesOutside()
    {
        using var overlay = new OverlayTarget(new MemorySource(new byte[5000]), FileTarget.CreateTemporary(_folder.Path, 5000));
        Assert.Throws<ArgumentOutOfRangeException>(() => overlay.Write(4999, new byte[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => overlay.Zero(new ByteRange(4999, 2)));
        Assert.Empty(overlay.GetChangedRanges());
    }

    [Fact]
    public void AWindowWritesAtItsPlaceOnly()
    {
        byte[] below = MixedBytes.Make(20_000, Seed);
        using var overlay = new OverlayTarget(new MemorySource(below), FileTarget.CreateTemporary(_folder.Path, below.Length));
        using var window = new SubTarget(overlay, new ByteRange(5000, 10_000));
        window.Write(9_990, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 });
        window.Zero(new ByteRange(0, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => window.Write(9_995, new byte[10]));
        Assert.Throws<ArgumentOutOfRangeException>(() => window.Zero(new ByteRange(-1, 2)));

        below.AsSpan(5000, 100).Clear();
        new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }.CopyTo(below, 14_990);
        byte[] read = new byte[below.Length];
        overlay.ReadExactly(0, read);
        Assert.Equal(below, read);
    }

    public void Dispose() => _folder.Dispose();

    private static void CheckRanges(OverlayTarget overlay, byte[] below, byte[] model)
    {
        byte[] rebuilt = [.. below];
        long end = -1;
        foreach (ByteRange range in overlay.GetChangedRanges())
        {
            Assert.True(range.Offset > end, $"{range} touches what ends at {end}");
            end = range.End;
            model.AsSpan((int)range.Offset, (int)range.Length).CopyTo(rebuilt.AsSpan((int)range.Offset));
        }

        Assert.True(model.AsSpan().SequenceEqual(rebuilt), "something changed outside the changed ranges");
        byte[] stored = new byte[model.Length];
        foreach (ByteRange range in overlay.GetStoredRanges(new ByteRange(0, overlay.Length)))
            overlay.ReadExactly(range.Offset, stored.AsSpan((int)range.Offset, (int)range.Length));
        Assert.True(model.AsSpan().SequenceEqual(stored), "something is stored outside the stored ranges");
    }
}
