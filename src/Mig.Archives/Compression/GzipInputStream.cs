using System.Runtime.InteropServices;

namespace Mig.Archives.Compression;

/// <summary>
/// Decompresses gzip: members one after the other, and zeros after the last. Each member's checksum and length are checked.
/// </summary>
public sealed unsafe class GzipInputStream : DecompressingStream
{
    // zlib points back to it, so it must not move.
    private ZlibNative.State* _state;
    private bool _isBetween = true;
    private bool _isPadding;

    public GzipInputStream(Stream input)
        : base(input)
    {
        _state = (ZlibNative.State*)NativeMemory.AllocZeroed((nuint)sizeof(ZlibNative.State));
        try
        {
            if (ZlibNative.Initialize(_state) != ZlibNative.Ok)
                throw new InvalidOperationException("zlib cannot be initialized");
        }
        catch
        {
            NativeMemory.Free(_state);
            _state = null;
            throw;
        }
    }

    ~GzipInputStream() => Release();

    protected override bool IsComplete => _isBetween;

    protected override string Name => "gzip";

    protected override (int Consumed, int Produced) Decompress(ReadOnlySpan<byte> source, Span<byte> destination, bool isAtEnd)
    {
        ObjectDisposedException.ThrowIf(_state is null, this);
        if (source.IsEmpty && _isBetween)
            return (0, 0);
        if (_isBetween && (_isPadding || source[0] == 0))
        {
            // Tapes and block devices have zeros after the data.
            _isPadding = true;
            return source.ContainsAnyExcept((byte)0)
                ? throw new InvalidDataException("something other than gzip data follows the gzip data") : (source.Length, 0);
        }

        _isBetween = false;
        fixed (byte* from = source, to = destination)
        {
            _state->Source = from;
            _state->SourceLength = (uint)source.Length;
            _state->Destination = to;
            _state->DestinationLength = (uint)destination.Length;
            int result = ZlibNative.Inflate(_state, ZlibNative.NoFlush);
            int consumed = source.Length - (int)_state->SourceLength, produced = destination.Length - (int)_state->DestinationLength;
            if (result == ZlibNative.StreamEnd)
            {
                _isBetween = true;
                _ = ZlibNative.Reset(_state);
            }
            else if (result is not (ZlibNative.Ok or ZlibNative.BufferError))
            {
                throw new InvalidDataException($"zlib says: {Marshal.PtrToStringUTF8((nint)_state->Message) ?? $"error {result}"}");
            }

            return (consumed, produced);
        }
    }

    protected override void Dispose(bool disposing)
    {
        Release();
        base.Dispose(disposing);
    }

    private void Release()
    {
        if (_state is null)
            return;
        _ = ZlibNative.End(_state);
        NativeMemory.Free(_state);
        _state = null;
    }
}
