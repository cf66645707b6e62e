using System.Runtime.InteropServices;

namespace Mig.Core.Zstd;

/// <summary>ZSTD_inBuffer and ZSTD_outBuffer (zstd.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ZstdBuffer
{
    public byte* Bytes;
    public nuint Length;
    public nuint Position;
}
