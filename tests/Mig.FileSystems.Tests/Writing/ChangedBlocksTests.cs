using Mig.Core;

namespace Mig.FileSystems.Tests.Writing;

/// <summary>The blocks that a writer keeps are read by several threads at once, as a scan of the volume does between two changes.</summary>
public class ChangedBlocksTests
{
    [Fact]
    public void SeveralThreadsReadBlocksThatNobodyHasReadBefore()
    {
        const int BlockSize = 512, Count = 4096;
        using var target = new SlowTarget(Count * BlockSize);
        for (int round = 0; round < 20; round++)
        {
            var blocks = new ChangedBlocks(target, BlockSize, Count);
            Parallel.For(0, 8, _ =>
            {
                byte[] buffer = new byte[BlockSize];
                for (int block = 0; block < Count; block += 7)
                {
                    Assert.Equal((byte)block, blocks.Get(block)[0]);
                    blocks.Read(block * (long)BlockSize, buffer);
                    Assert.Equal((byte)block, buffer[0]);
                }
            });
        }
    }

    // Each block begins with its number.
    private sealed class SlowTarget(long length) : IByteTarget
    {
        public long Length => length;

        public void ReadExactly(long offset, Span<byte> destination)
        {
            Thread.Yield();
            destination.Clear();
            destination[0] = (byte)(offset / destination.Length);
        }

        public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => [within];

        public void Write(long offset, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

        public void Zero(ByteRange range) => throw new NotSupportedException();

        public void Flush()
        {
        }

        public void Dispose()
        {
        }
    }
}
