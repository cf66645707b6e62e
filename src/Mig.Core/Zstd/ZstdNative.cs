using System.Runtime.InteropServices;

namespace Mig.Core.Zstd;

/// <summary>The part of libzstd (zstd.h, stable API) that mig calls.</summary>
internal static unsafe partial class ZstdNative
{
    public const int ParameterCompressionLevel = 100;
    public const int ParameterWindowLog = 101;
    public const int ParameterHashLog = 102;
    public const int ParameterChainLog = 103;

    private const string Library = "libzstd.so.1";

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateCompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    public static partial nuint SetCompressorParameter(ZstdCompressorHandle context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress2")]
    public static partial nuint Compress(ZstdCompressorHandle context, byte* destination, nuint destinationLength, byte* source, nuint sourceLength);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressBound")]
    public static partial nuint CompressBound(nuint sourceLength);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint Decompress(ZstdDecompressorHandle context, byte* destination, nuint destinationLength, byte* source, nuint sourceLength);

    [LibraryImport(Library, EntryPoint = "ZSTD_findFrameCompressedSize")]
    public static partial nuint FindFrameLength(byte* source, nuint sourceLength);

    [LibraryImport(Library, EntryPoint = "ZSTD_getFrameContentSize")]
    public static partial ulong GetContentLength(byte* source, nuint sourceLength);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint GetErrorNameNative(nuint code);

    public static string GetErrorName(nuint code) => Marshal.PtrToStringUTF8(GetErrorNameNative(code)) ?? "unknown error";
}
