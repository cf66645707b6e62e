using System.Runtime.InteropServices;

namespace Mig.Archives.Compression;

/// <summary>
/// Decompresses bzip2: streams one after the other. Each block's and each stream's checksum is checked. Needs at most 4 MiB.
/// </summary>
public sealed unsafe class Bzip2InputStream : DecompressingStream
{
    // libbz2 points back to it, so it must not move.
    private Bzip2Native.State* _state;
    private bool _isBetween;

    public Bzip2InputStream(Stream input)
        : base(input)
    {
        _state = (Bzip2Native.State*)NativeMemory.AllocZeroed((nuint)sizeof(Bzip2Native.State));
        try
        {
            Begin();
        }
        catch
        {
            NativeMemory.Free(_state);
            _state = null;
            throw;
        }
    }

    ~Bzip2InputStream() => Release();

    protected override bool IsComplete => _isBetween;

    protected override string Name => "bzip2";

    protected override (int Consumed, int Produced) Decompress(ReadOnlySpan<byte> source, Span<byte> destination, bool isAtEnd)
    {
        ObjectDisposedException.ThrowIf(_state is null, this);
        if (source.IsEmpty && _isBetween)
            return (0, 0);
        if (_isBetween)
        {
            _ = Bzip2Native.End(_state);
            Begin();
        }

        fixed (byte* from = source, to = destination)
        {
            _state->Source = from;
            _state->SourceLength = (uint)source.Length;
            _state->Destination = to;
            _state->DestinationLength = (uint)destination.Length;
            int result = Bzip2Native.Decompress(_state);
            if (result == Bzip2Native.StreamEnd)
                _isBetween = true;
            else if (result != Bzip2Native.Ok)
                throw new InvalidDataException(Explain(result));
            return (source.Length - (int)_state->SourceLength, destination.Length - (int)_state->DestinationLength);
        }
    }

    protected override void Dispose(bool disposing)
    {
        Release();
        base.Dispose(disposing);
    }

    private static string Explain(int result) => result switch
    {
        Bzip2Native.DataError => "libbz2 says: data integrity error",
        Bzip2Native.MagicError => "something other than bzip2 data follows the bzip2 data",
        _ => $"libbz2 says: error {result}",
    };

    private void Begin()
    {
        *_state = default;
        if (Bzip2Native.Initialize(_state, 0, 0) != Bzip2Native.Ok)
            throw new InvalidOperationException("libbz2 cannot be initialized");
        _isBetween = false;
    }

    private void Release()
    {
        if (_state is null)
            return;
        _ = Bzip2Native.End(_state);
        NativeMemory.Free(_state);
        _state = null;
    }
}
