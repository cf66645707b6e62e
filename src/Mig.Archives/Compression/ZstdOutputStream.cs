using Mig.Core.Zstd;

namespace Mig.Archives.Compression;

/// <summary>
/// Compresses what is written, as zstd frames of 4 MiB one after the other, which every zstd reads as one file. The next block fills while
/// one is compressed.
/// </summary>
public sealed class ZstdOutputStream(Stream output, int level) : Stream
{
    private const int BlockSize = 4 << 20;

    private readonly ZstdCodec _codec = new();
    private readonly byte[] _compressed = new byte[ZstdCodec.GetBound(BlockSize)];
    private byte[] _filling = new byte[BlockSize];
    private byte[] _block = new byte[BlockSize];
    private int _count;
    private Task _compression = Task.CompletedTask;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int length = Math.Min(buffer.Length, BlockSize - _count);
            buffer[..length].CopyTo(_filling.AsSpan(_count));
            _count += length;
            buffer = buffer[length..];
            if (_count == BlockSize)
                Send();
        }
    }

    /// <summary>Ends the block, and waits until all is written.</summary>
    public override void Flush()
    {
        if (_count > 0)
            Send();
        _compression.GetAwaiter().GetResult();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // After an error nothing more is written, but a block that is being compressed must not lose its buffers.
            ((IAsyncResult)_compression).AsyncWaitHandle.WaitOne();
            _codec.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Send()
    {
        _compression.GetAwaiter().GetResult();
        (_block, _filling) = (_filling, _block);
        int count = _count;
        _count = 0;
        _compression = Task.Run(() =>
        {
            int length = _codec.Compress(_block.AsSpan(0, count), _compressed, level);
            if (length < 0)
                throw new InvalidOperationException("zstd cannot compress a block");
            output.Write(_compressed.AsSpan(0, length));
        });
    }
}
