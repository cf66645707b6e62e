using System.Runtime.InteropServices;
using Mig.Core;

namespace Mig.Archives.Compression;

/// <summary>The part of liblzma (lzma.h) that mig calls.</summary>
internal static unsafe partial class XzNative
{
    public const uint TellUnsupportedCheck = 0x02;
    public const uint Concatenated = 0x08;
    public const int Run = 0;
    public const int Finish = 3;
    public const int Ok = 0;
    public const int StreamEnd = 1;
    public const int UnsupportedCheck = 3;
    public const int MemoryError = 5;
    public const int MemoryLimit = 6;
    public const int FormatError = 7;
    public const int OptionsError = 8;
    public const int BufferError = 10;

    private const string Library = "liblzma.so.5";

    [LibraryImport(Library, EntryPoint = "lzma_stream_decoder")]
    public static partial int Initialize(State* state, ulong memoryLimit, uint flags);

    [LibraryImport(Library, EntryPoint = "lzma_code")]
    public static partial int Decode(State* state, int action);

    [LibraryImport(Library, EntryPoint = "lzma_memusage")]
    public static partial ulong GetMemoryNeed(State* state);

    [LibraryImport(Library, EntryPoint = "lzma_end")]
    public static partial void End(State* state);

    /// <summary>lzma_stream, on a machine of 64 bits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct State
    {
        public byte* Source;
        public nuint SourceLength;
        public ulong SourceTotal;
        public byte* Destination;
        public nuint DestinationLength;
        public ulong DestinationTotal;
        public nint Allocator;
        public nint Internal;
        public nint Reserved1;
        public nint Reserved2;
        public nint Reserved3;
        public nint Reserved4;
        public ulong SeekPosition;
        public ulong Reserved5;
        public nuint Reserved6;
        public nuint Reserved7;
        public int Reserved8;
        public int Reserved9;
    }
}
