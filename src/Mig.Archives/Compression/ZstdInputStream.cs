using Mig.Core;
using Mig.Core.Zstd;

namespace Mig.Archives.Compression;

/// <summary>
/// Decompresses a stream of zstd frames, one after the other, with the window of at most 128 MiB that zstd allows unasked. Does not own the
/// stream.
/// </summary>
public sealed unsafe class ZstdInputStream(Stream input) : DecompressingStream(input)
{
    private const int WindowTooLarge = 16; // ZSTD_error_frameParameter_windowTooLarge, zstd_errors.h

    private readonly ZstdDecompressorHandle _context = new(ZstdLibrary.Current);
    private bool _isInFrame;

    protected override bool IsComplete => !_isInFrame;

    protected override string Name => "zstd";

    protected override (int Consumed, int Produced) Decompress(ReadOnlySpan<byte> source, Span<byte> destination, bool isAtEnd)
    {
        if (isAtEnd && !_isInFrame)
            return (0, 0);
        fixed (byte* from = source, to = destination)
        {
            var input = new ZstdBuffer { Bytes = from, Length = (nuint)source.Length };
            var output = new ZstdBuffer { Bytes = to, Length = (nuint)destination.Length };
            nuint result = _context.Library.DecompressStream(_context.DangerousGetHandle(), &output, &input);
            if (_context.Library.IsError(result))
            {
                throw -(nint)result == WindowTooLarge
                    ? new UnsupportedFeatureException(
                        "zstd data that needs so much memory", "its window is longer than 128 MiB; decompress it with 'zstd -d --long=31'")
                    : new InvalidDataException("zstd says: " + _context.Library.GetErrorName(result));
            }

            _isInFrame = result != 0;
            return ((int)input.Position, (int)output.Position);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _context.Dispose();
        base.Dispose(disposing);
    }
}
