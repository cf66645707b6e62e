using System.Runtime.InteropServices;

namespace Mig.Archives.Compression;

/// <summary>The part of zlib (zlib.h) that mig calls: the streams of .NET do not say where they stopped.</summary>
internal static unsafe partial class ZlibNative
{
    public const int GzipWindow = 15 + 16; // 32 KiB, and a gzip header around it
    public const int NoFlush = 0;
    public const int Ok = 0;
    public const int StreamEnd = 1;
    public const int DataError = -3;
    public const int BufferError = -5;

    private const string Library = "libz.so.1";

    // Only its first digit counts.
    private static ReadOnlySpan<byte> Version => "1.2.11\0"u8;

    [LibraryImport(Library, EntryPoint = "inflateReset")]
    public static partial int Reset(State* state);

    [LibraryImport(Library, EntryPoint = "inflate")]
    public static partial int Inflate(State* state, int flush);

    [LibraryImport(Library, EntryPoint = "inflateEnd")]
    public static partial int End(State* state);

    [LibraryImport(Library, EntryPoint = "inflateInit2_")]
    private static partial int Initialize(State* state, int window, byte* version, int size);

    public static int Initialize(State* state)
    {
        fixed (byte* version = Version)
            return Initialize(state, GzipWindow, version, sizeof(State));
    }

    /// <summary>z_stream, on a machine of 64 bits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct State
    {
        public byte* Source;
        public uint SourceLength;
        public ulong SourceTotal;
        public byte* Destination;
        public uint DestinationLength;
        public ulong DestinationTotal;
        public byte* Message;
        public nint Internal;
        public nint Allocate;
        public nint Free;
        public nint Opaque;
        public int DataType;
        public ulong Checksum;
        public ulong Reserved;
    }
}
