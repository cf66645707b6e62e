using System.Runtime.InteropServices;

namespace Mig.Archives.Compression;

/// <summary>The part of libbz2 (bzlib.h) that mig calls.</summary>
internal static unsafe partial class Bzip2Native
{
    public const int Ok = 0;
    public const int StreamEnd = 4;
    public const int DataError = -4;
    public const int MagicError = -5;

    private const string Library = "libbz2.so.1.0";

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressInit")]
    public static partial int Initialize(State* state, int verbosity, int small);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompress")]
    public static partial int Decompress(State* state);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressEnd")]
    public static partial int End(State* state);

    /// <summary>bz_stream, on a machine of 64 bits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct State
    {
        public byte* Source;
        public uint SourceLength;
        public uint SourceTotalLow;
        public uint SourceTotalHigh;
        public byte* Destination;
        public uint DestinationLength;
        public uint DestinationTotalLow;
        public uint DestinationTotalHigh;
        public nint Internal;
        public nint Allocate;
        public nint Free;
        public nint Opaque;
    }
}
