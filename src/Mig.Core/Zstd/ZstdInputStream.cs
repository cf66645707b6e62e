namespace Mig.Core.Zstd;

/// <summary>Decompresses a stream of zstd frames, one after the other, with the window of at most 128 MiB that zstd allows unasked. Does not own the stream.</summary>
public sealed unsafe class ZstdInputStream(Stream input) : Stream
{
    private const int BufferSize = 1 << 17; // ZSTD_DStreamInSize

    private readonly ZstdDecompressorHandle _context = new();
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _start;
    private int _end;
    private bool _isInFrame;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">The data is damaged, or ends within a frame.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        while (true)
        {
            bool atEnd = false;
            if (_start == _end)
            {
                (_start, _end) = (0, input.Read(_buffer));
                atEnd = _end == 0;
                if (atEnd && !_isInFrame)
                    return 0;
            }

            int produced = Decompress(buffer);
            if (produced > 0)
                return produced;
            if (atEnd)
                throw new InvalidDataException("the zstd data ends within a frame");
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _context.Dispose();
        base.Dispose(disposing);
    }

    private int Decompress(Span<byte> buffer)
    {
        fixed (byte* from = _buffer, to = buffer)
        {
            var source = new ZstdNative.Buffer { Bytes = from + _start, Length = (nuint)(_end - _start) };
            var target = new ZstdNative.Buffer { Bytes = to, Length = (nuint)buffer.Length };
            nuint result = ZstdNative.DecompressStream(_context, &target, &source);
            if (ZstdNative.IsError(result) != 0)
                throw new InvalidDataException("zstd says: " + ZstdNative.GetErrorName(result));
            _start += (int)source.Position;
            _isInFrame = result != 0;
            return (int)target.Position;
        }
    }
}
