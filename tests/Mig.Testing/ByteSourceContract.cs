using Mig.Core;
using Xunit;

namespace Mig.Testing;

/// <summary>What every <see cref="IByteSource"/> promises. Derive once per implementation.</summary>
public abstract class ByteSourceContract
{
    private const int Seed = 20_081;

    /// <summary>Opens a source that holds exactly <paramref name="content"/>; null when it cannot hold that many bytes.</summary>
    protected abstract IByteSource? Open(byte[] content);

    [Fact]
    public void ReadsEveryByteAtAnyOffset()
    {
        byte[] content = MixedBytes.Make(300_000 / 512 * 512, Seed);
        using IByteSource source = Open(content)!;
        Assert.Equal(content.Length, source.Length);
        var random = new Random(Seed);
        for (int i = 0; i < 500; i++)
        {
            int offset = random.Next(content.Length + 1);
            byte[] read = new byte[random.Next(content.Length - offset + 1)];
            source.ReadExactly(offset, read);
            Assert.True(content.AsSpan(offset, read.Length).SequenceEqual(read), $"seed {Seed}, read {i}: {read.Length} bytes at {offset}");
        }
    }

    [Fact]
    public void RefusesWhatLiesOutside()
    {
        using IByteSource source = Open(MixedBytes.Make(4096, Seed))!;
        byte[] buffer = new byte[2];
        Assert.Throws<ArgumentOutOfRangeException>(() => source.ReadExactly(-1, buffer));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.ReadExactly(4095, buffer));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.ReadExactly(long.MaxValue, buffer));
        source.ReadExactly(4096, []);
    }

    [Fact]
    public void StoredRangesAreAscendingDisjointCutAndCoverAllContent()
    {
        byte[] content = MixedBytes.Make(1 << 20, Seed);
        using IByteSource source = Open(content)!;
        var random = new Random(Seed);
        for (int i = 0; i < 50; i++)
        {
            int offset = random.Next(content.Length);
            ByteRange within = i == 0 ? new ByteRange(0, content.Length) : new ByteRange(offset, random.Next(content.Length - offset));
            byte[] seen = new byte[content.Length];
            long end = -1;
            foreach (ByteRange range in source.GetStoredRanges(within))
            {
                Assert.True(range.Length > 0, $"{range} is empty");
                Assert.True(range.Offset > end, $"{range} does not come after, or should be one with, what ends at {end}");
                Assert.True(within.Contains(range), $"{range} is not within {within}");
                end = range.End;
                source.ReadExactly(range.Offset, seen.AsSpan((int)range.Offset, (int)range.Length));
            }

            Assert.True(content.AsSpan((int)within.Offset, (int)within.Length)
                .SequenceEqual(seen.AsSpan((int)within.Offset, (int)within.Length)), $"content outside the stored ranges of {within}");
        }
    }

    [Fact]
    public void SeveralThreadsReadAtOnce()
    {
        byte[] content = MixedBytes.Make(1 << 20, Seed);
        using IByteSource source = Open(content)!;
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var random = new Random(Seed + i);
            int offset = random.Next(content.Length - 70_000);
            byte[] read = new byte[70_000];
            source.ReadExactly(offset, read);
            Assert.True(content.AsSpan(offset, read.Length).SequenceEqual(read), $"seed {Seed + i}");
        });
    }

    [Fact]
    public void MayBeEmpty()
    {
        using IByteSource? source = Open([]);
        if (source is null)
            return;
        Assert.Equal(0, source.Length);
        source.ReadExactly(0, []);
        Assert.Empty(source.GetStoredRanges(new ByteRange(0, 0)));
    }
}
