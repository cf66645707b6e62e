namespace Mig.Store.Tests;

/// <summary>Large buffers are used again, and no more of them are kept than so many bytes.</summary>
public class FrameBuffersTests
{
    private readonly FrameBuffers _buffers = new();

    [Fact]
    public void OneThatFitsIsUsedAgainAndAMuchLargerOneIsNot()
    {
        const int Length = 9_000_001;
        byte[] first = _buffers.Rent(Length);
        Assert.InRange(first.Length, Length, Length + (64 << 10));
        _buffers.Return(first);
        Assert.NotSame(first, _buffers.Rent(Length / 4));
        Assert.Same(first, _buffers.Rent(Length));
    }

    [Fact]
    public void SoManyBytesAreKeptAndNoMore()
    {
        List<byte[]> all = [.. Enumerable.Range(0, 40).Select(_ => _buffers.Rent(4 << 20))];
        all.ForEach(_buffers.Return);
        Assert.InRange(_buffers.KeptBytes, 0, 48 << 20);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32 << 10)]
    [InlineData((32 << 10) + 1)]
    public void SmallOnesCanBeHadToo(int length)
    {
        byte[] buffer = _buffers.Rent(length);
        Assert.True(buffer.Length >= length);
        _buffers.Return(buffer);
    }
}
