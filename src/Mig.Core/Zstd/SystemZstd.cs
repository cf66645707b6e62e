using System.Runtime.InteropServices;

namespace Mig.Core.Zstd;

/// <summary>The system's libzstd, found when the program runs.</summary>
internal sealed unsafe class SystemZstd : ZstdLibrary
{
    /// <summary>What is called here is stable since 1.4.0; a version 2 may change it.</summary>
    public const string KnownVersions = "1.4.0 to 1.x";

    private const uint LeastVersion = 1_04_00, EndOfVersions = 2_00_00;

    private static readonly string[] _names = OperatingSystem.IsWindows() ? ["libzstd.dll", "zstd.dll"] : OperatingSystem.IsMacOS()
        ? ["libzstd.1.dylib"] : ["libzstd.so.1"];

    private readonly delegate* unmanaged<nint> _createCompressor;
    private readonly delegate* unmanaged<nint, nuint> _freeCompressor;
    private readonly delegate* unmanaged<nint, int, int, nuint> _setParameter;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> _compress;
    private readonly delegate* unmanaged<nuint, nuint> _compressBound;
    private readonly delegate* unmanaged<nint> _createDecompressor;
    private readonly delegate* unmanaged<nint, nuint> _freeDecompressor;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> _decompress;
    private readonly delegate* unmanaged<nint, ZstdBuffer*, ZstdBuffer*, nuint> _decompressStream;
    private readonly delegate* unmanaged<byte*, nuint, nuint> _findFrameLength;
    private readonly delegate* unmanaged<byte*, nuint, ulong> _getContentLength;
    private readonly delegate* unmanaged<nuint, uint> _isError;
    private readonly delegate* unmanaged<nuint, nint> _getErrorName;

    private SystemZstd(nint library, uint version)
    {
        Name = $"libzstd {VersionText(version)} of the system";
        _createCompressor = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "ZSTD_createCCtx");
        _freeCompressor = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeCCtx");
        _setParameter = (delegate* unmanaged<nint, int, int, nuint>)NativeLibrary.GetExport(library, "ZSTD_CCtx_setParameter");
        _compress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_compress2");
        _compressBound = (delegate* unmanaged<nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_compressBound");
        _createDecompressor = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "ZSTD_createDCtx");
        _freeDecompressor = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeDCtx");
        _decompress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_decompressDCtx");
        _decompressStream = (delegate* unmanaged<nint, ZstdBuffer*, ZstdBuffer*, nuint>)NativeLibrary.GetExport(
            library, "ZSTD_decompressStream");
        _findFrameLength = (delegate* unmanaged<byte*, nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_findFrameCompressedSize");
        _getContentLength = (delegate* unmanaged<byte*, nuint, ulong>)NativeLibrary.GetExport(library, "ZSTD_getFrameContentSize");
        _isError = (delegate* unmanaged<nuint, uint>)NativeLibrary.GetExport(library, "ZSTD_isError");
        _getErrorName = (delegate* unmanaged<nuint, nint>)NativeLibrary.GetExport(library, "ZSTD_getErrorName");
    }

    public override string Name { get; }

    /// <summary>Returns the library; null when there is none, or one of a version that is not known.</summary>
    public static SystemZstd? TryLoad()
    {
        foreach (string name in _names)
        {
            if (!NativeLibrary.TryLoad(name, out nint library)
                || !NativeLibrary.TryGetExport(library, "ZSTD_versionNumber", out nint getVersion))
                continue;
            uint version = ((delegate* unmanaged<uint>)getVersion)();
            if (version is >= LeastVersion and < EndOfVersions)
                return new SystemZstd(library, version);
        }

        return null;
    }

    internal override nint CreateCompressor() => _createCompressor();

    internal override void FreeCompressor(nint context) => _freeCompressor(context);

    internal override nuint SetParameter(nint context, int parameter, int value) => _setParameter(context, parameter, value);

    internal override nuint Compress(nint context, byte* destination, nuint destinationLength, byte* source, nuint sourceLength) =>
        _compress(context, destination, destinationLength, source, sourceLength);

    internal override nuint CompressBound(nuint sourceLength) => _compressBound(sourceLength);

    internal override nint CreateDecompressor() => _createDecompressor();

    internal override void FreeDecompressor(nint context) => _freeDecompressor(context);

    internal override nuint Decompress(nint context, byte* destination, nuint destinationLength, byte* source, nuint sourceLength) =>
        _decompress(context, destination, destinationLength, source, sourceLength);

    internal override nuint DecompressStream(nint context, ZstdBuffer* output, ZstdBuffer* input) =>
        _decompressStream(context, output, input);

    internal override nuint FindFrameLength(byte* source, nuint sourceLength) => _findFrameLength(source, sourceLength);

    internal override ulong GetContentLength(byte* source, nuint sourceLength) => _getContentLength(source, sourceLength);

    internal override bool IsError(nuint code) => _isError(code) != 0;

    internal override string GetErrorName(nuint code) => Marshal.PtrToStringUTF8(_getErrorName(code)) ?? "unknown error";
}
