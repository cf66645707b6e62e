using Mig.Core;
using Mig.Store.Content;

namespace Mig.Store.Tests;

public sealed class FastCdcTests
{
    // These cuts are part of the format: other ones would find nothing of what older versions stored. Another implementation, written from
    // docs/format.md in another language, makes the same.
    [Fact]
    public void CutsAreWhatTheFormatSays()
    {
        byte[] bytes = Sequence(2 << 20);
        Assert.Equal("de71aea9d8119d05c969ca043240d319", Digest(Cuts(bytes)));
        Assert.Equal([77408, 72456, 74005, 52641, 87420, 76506, 107807, 16783], Cuts(bytes)[..8]);
    }

    [Fact]
    public void SizesStayWithinTheLimitsAndAverageOut()
    {
        byte[] bytes = Noise(64 << 20, 11);
        List<int> cuts = Cuts(bytes);
        Assert.Equal(bytes.Length, cuts.Sum());
        Assert.All(cuts.SkipLast(1), length => Assert.InRange(length, FastCdc.MinSize, FastCdc.MaxSize));
        Assert.InRange(bytes.Length / cuts.Count, FastCdc.AverageSize * 3 / 4, FastCdc.AverageSize * 5 / 4);
        Assert.True(cuts.Count(length => length == FastCdc.MaxSize) < cuts.Count / 50, "too many chunks are cut by force");
    }

    [Fact]
    public void AnInsertionChangesTheChunksAroundItOnly()
    {
        byte[] bytes = Noise(8 << 20, 12);
        HashSet<ObjectId> before = Ids(bytes);
        foreach (int place in (int[])[0, 1_000_000, 4_194_304, bytes.Length - 5])
        {
            byte[] changed = [.. bytes[..place], 1, 2, 3, .. bytes[place..]];
            HashSet<ObjectId> after = Ids(changed);
            after.ExceptWith(before);
            Assert.InRange(after.Count, 1, 5);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(FastCdc.MinSize - 1)]
    [InlineData(FastCdc.MinSize)]
    public void ShortDataIsOneChunk(int length) => Assert.Equal(length, FastCdc.Cut(new byte[length]));

    [Fact]
    public void DataWithoutAnyCutPointIsCutByForce()
    {
        Assert.Equal(FastCdc.MaxSize, FastCdc.Cut(new byte[FastCdc.MaxSize + 1000]));
        Assert.Equal(FastCdc.MaxSize, FastCdc.Cut(new byte[FastCdc.MaxSize]));
        Assert.Equal(FastCdc.MaxSize - 1, FastCdc.Cut(new byte[FastCdc.MaxSize - 1]));
    }

    [Fact]
    public void ACutDependsOnNothingAfterIt()
    {
        byte[] bytes = Noise(1 << 20, 13);
        for (int start = 0; start < 500_000; start += 9973)
        {
            int cut = FastCdc.Cut(bytes.AsSpan(start));
            Assert.Equal(cut, FastCdc.Cut(bytes.AsSpan(start, FastCdc.MaxSize)));
            if (cut < FastCdc.MaxSize)
                Assert.Equal(cut, FastCdc.Cut(bytes.AsSpan(start, cut)));
        }
    }

    private static byte[] Noise(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    // xorshift32, written out so that the pinned cuts depend on no library.
    private static byte[] Sequence(int length)
    {
        byte[] bytes = new byte[length];
        uint state = 2463534242;
        for (int i = 0; i < length; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            bytes[i] = (byte)state;
        }

        return bytes;
    }

    private static List<int> Cuts(byte[] bytes)
    {
        var cuts = new List<int>();
        for (int at = 0; at < bytes.Length; at += cuts[^1])
            cuts.Add(FastCdc.Cut(bytes.AsSpan(at)));
        return cuts;
    }

    private static string Digest(List<int> cuts) =>
        ObjectId.Of(System.Text.Encoding.ASCII.GetBytes(string.Join(' ', cuts))).ToShortString(32);

    private static HashSet<ObjectId> Ids(byte[] bytes)
    {
        var ids = new HashSet<ObjectId>();
        int at = 0;
        foreach (int length in Cuts(bytes))
        {
            ids.Add(ObjectId.Of(bytes.AsSpan(at, length)));
            at += length;
        }

        return ids;
    }
}
