using System.Globalization;
using System.Runtime.InteropServices;
using Mig.Core;

namespace Mig.Archives.Compression;

/// <summary>Decompresses xz: streams one after the other, with padding. All checks are made.</summary>
public sealed unsafe class XzInputStream : DecompressingStream
{
    private const ulong MaxMemory = 192 << 20; // xz -9 needs 65 MiB

    // liblzma points back to it, so it must not move.
    private XzNative.State* _state;
    private bool _isComplete;

    public XzInputStream(Stream input)
        : base(input)
    {
        _state = (XzNative.State*)NativeMemory.AllocZeroed((nuint)sizeof(XzNative.State));
        try
        {
            if (XzNative.Initialize(_state, MaxMemory, XzNative.Concatenated | XzNative.TellUnsupportedCheck) != XzNative.Ok)
                throw new InvalidOperationException("liblzma cannot be initialized");
        }
        catch
        {
            NativeMemory.Free(_state);
            _state = null;
            throw;
        }
    }

    ~XzInputStream() => Release();

    protected override bool IsComplete => _isComplete;

    protected override string Name => "xz";

    protected override (int Consumed, int Produced) Decompress(ReadOnlySpan<byte> source, Span<byte> destination, bool isAtEnd)
    {
        ObjectDisposedException.ThrowIf(_state is null, this);
        if (_isComplete)
            return (0, 0);
        fixed (byte* from = source, to = destination)
        {
            _state->Source = from;
            _state->SourceLength = (nuint)source.Length;
            _state->Destination = to;
            _state->DestinationLength = (nuint)destination.Length;
            int result = XzNative.Decode(_state, isAtEnd ? XzNative.Finish : XzNative.Run);
            int consumed = source.Length - (int)_state->SourceLength, produced = destination.Length - (int)_state->DestinationLength;
            _isComplete = result == XzNative.StreamEnd;
            return result is XzNative.Ok or XzNative.StreamEnd or XzNative.BufferError ? (consumed, produced) : throw Fail(result);
        }
    }

    protected override void Dispose(bool disposing)
    {
        Release();
        base.Dispose(disposing);
    }

    private Exception Fail(int result) => result switch
    {
        XzNative.MemoryLimit => new UnsupportedFeatureException(
            "xz data that needs so much memory",
            string.Create(CultureInfo.InvariantCulture,
                $"{XzNative.GetMemoryNeed(_state) >> 20} MiB, at most {MaxMemory >> 20} MiB allowed; decompress it with 'xz -d'")),
        XzNative.UnsupportedCheck => new UnsupportedFeatureException(
            "an xz check of that kind", "this machine's liblzma cannot verify it; decompress it with 'xz -d'"),
        XzNative.OptionsError => new UnsupportedFeatureException(
            "xz data with such filters", "this machine's liblzma does not know them; decompress it with 'xz -d'"),
        XzNative.MemoryError => new InsufficientMemoryException("liblzma cannot get the memory that the xz data needs"),
        XzNative.FormatError => new InvalidDataException("something other than xz data follows the xz data"),
        _ => new InvalidDataException("liblzma says that the xz data is damaged"),
    };

    private void Release()
    {
        if (_state is null)
            return;
        XzNative.End(_state);
        NativeMemory.Free(_state);
        _state = null;
    }
}
