using Mig.Store;

namespace Mig.Store.Tests;

/// <summary>Large buffers are used again, and no more of them are kept than so many bytes.</summary>
public class FrameBuffersTests
{
    [Fact]
    public void OneThatFitsIsUsedAgainAndAMuchLargerOneIsNot()
    {
        const int Length = 9_000_001; // nobody else's
        byte[] first = FrameBuffers.Rent(Length);
        Assert.InRange(first.Length, Length, Length + (64 << 10));
        FrameBuffers.Return(first);
        Assert.NotSame(first, FrameBuffers.Rent(Length / 4));
        Assert.Same(first, FrameBuffers.Rent(Length));
    }

    [Fact]
    public void SoManyBytesAreKeptAndNoMore()
    {
        List<byte[]> all = [.. Enumerable.Range(0, 40).Select(_ => FrameBuffers.Rent(4 << 20))];
        all.ForEach(FrameBuffers.Return);
        Assert.InRange(FrameBuffers.KeptBytes, 0, 48 << 20);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32 << 10)]
    [InlineData((32 << 10) + 1)]
    public void SmallOnesCanBeHadToo(int length)
    {
        byte[] buffer = FrameBuffers.Rent(length);
        Assert.True(buffer.Length >= length);
        FrameBuffers.Return(buffer);
    }
}
