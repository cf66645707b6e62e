namespace Mig.Core.Tests;

/// <summary>The algebra of ranges against a bitmap that says the same, byte by byte.</summary>
public sealed class ByteRangesTests
{
    private const int Universe = 96;

    [Fact]
    public void NormalizeIsTheUnion()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            List<ByteRange> ranges = [.. Enumerable.Range(0, random.Next(8)).Select(_ => AnyRange(random))];
            bool[] expected = new bool[Universe];
            foreach (ByteRange range in ranges)
                Set(expected, range, true);
            Check(expected, ByteRanges.Normalize(ranges), seed, mayTouch: false);
        }
    }

    [Fact]
    public void SubtractTakesAway()
    {
        for (int seed = 0; seed < 6000; seed++)
        {
            var random = new Random(seed);
            List<ByteRange> from = Disjoint(random), what = Disjoint(random);
            bool[] expected = Bitmap(from);
            foreach (ByteRange range in what)
                Set(expected, range, false);
            Check(expected, ByteRanges.Subtract(from, what), seed);
        }
    }

    [Fact]
    public void IntersectIsWhatBothHave()
    {
        for (int seed = 0; seed < 6000; seed++)
        {
            var random = new Random(seed);
            List<ByteRange> left = Disjoint(random), right = Disjoint(random);
            bool[] a = Bitmap(left), b = Bitmap(right);
            Check([.. a.Zip(b, (x, y) => x && y)], ByteRanges.Intersect(left, right), seed);
        }
    }

    [Fact]
    public void RangesAtTheEndOfAllOffsetsDoNotOverflow()
    {
        var last = ByteRange.FromBounds(long.MaxValue - 10, long.MaxValue);
        Assert.Equal([last], ByteRanges.Normalize([last]));
        Assert.Equal([ByteRange.FromBounds(long.MaxValue - 10, long.MaxValue - 5)],
            ByteRanges.Subtract([last], [ByteRange.FromBounds(long.MaxValue - 5, long.MaxValue)]));
        Assert.Equal([last], ByteRanges.Intersect([last], [new ByteRange(0, long.MaxValue)]));
    }

    [Fact]
    public void TheModelNoticesAWrongResult()
    {
        // Negative control of Check.
        Assert.ThrowsAny<Exception>(() => Check([true, true, false], [new ByteRange(0, 1)], 0));
        Assert.ThrowsAny<Exception>(() => Check([true, true, false], [new ByteRange(1, 1), new ByteRange(0, 1)], 0));
    }

    private static ByteRange AnyRange(Random random)
    {
        int offset = random.Next(Universe);
        return new ByteRange(offset, random.Next(Math.Min(20, Universe - offset) + 1));
    }

    // Ascending and disjoint; neighbours may touch, as the stored ranges of a disk do.
    private static List<ByteRange> Disjoint(Random random)
    {
        var ranges = new List<ByteRange>();
        for (int position = random.Next(6); position < Universe; position += random.Next(3) == 0 ? 0 : random.Next(8))
        {
            int length = Math.Min(1 + random.Next(14), Universe - position);
            ranges.Add(new ByteRange(position, length));
            position += length;
            if (random.Next(10) == 0)
                break;
        }

        return ranges;
    }

    private static bool[] Bitmap(IEnumerable<ByteRange> ranges)
    {
        bool[] bits = new bool[Universe];
        foreach (ByteRange range in ranges)
            Set(bits, range, true);
        return bits;
    }

    private static void Set(bool[] bits, ByteRange range, bool value) => bits.AsSpan((int)range.Offset, (int)range.Length).Fill(value);

    private static void Check(bool[] expected, IEnumerable<ByteRange> actual, int seed, bool mayTouch = true)
    {
        bool[] seen = new bool[expected.Length];
        long end = -1;
        foreach (ByteRange range in actual)
        {
            Assert.True(range.Length > 0, $"seed {seed}: {range} is empty");
            Assert.True(mayTouch ? range.Offset >= end : range.Offset > end, $"seed {seed}: {range} after {end}");
            end = range.End;
            Set(seen, range, true);
        }

        Assert.True(expected.AsSpan().SequenceEqual(seen), $"seed {seed}");
    }
}
