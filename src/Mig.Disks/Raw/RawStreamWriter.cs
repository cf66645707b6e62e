using Mig.Core;

namespace Mig.Disks.Raw;

/// <summary>Writes a raw disk to a stream, zeros and all: what reads it may be a pipe, which has no holes.</summary>
/// <param name="output">Stays its owner's.</param>
public sealed class RawStreamWriter(Stream output, long length) : IDiskWriter
{
    private const int ZerosAtOnce = 1 << 20;

    private readonly byte[] _zeros = new byte[Math.Min(ZerosAtOnce, length)];
    private long _position;

    public long Length => length;

    public bool IsSequential => true;

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SourceRange.Check(offset, bytes.Length, Length);
        if (offset < _position)
            throw new InvalidOperationException($"offset {offset} was written already");
        WriteZeros(offset);
        output.Write(bytes);
        _position += bytes.Length;
    }

    public void Complete()
    {
        WriteZeros(length);
        output.Flush();
    }

    public void Dispose()
    {
    }

    private void WriteZeros(long end)
    {
        while (_position < end)
        {
            int count = (int)Math.Min(_zeros.Length, end - _position);
            output.Write(_zeros, 0, count);
            _position += count;
        }
    }
}
