using System.Buffers.Binary;

namespace Mig.Disks.Vmdk;

// Layout: VMware "Virtual Disk Format 5.0", "Stream-Optimized Compressed Sparse Extents", Marker.
/// <summary>The sector that announces what follows in a stream: 0x00 u64 sectors that follow, 0x08 u32 zero, 0x0C u32 type.</summary>
internal static class StreamMarker
{
    public const int SizeOffset = 0x08;
    public const int TypeOffset = 0x0C;
    public const uint EndOfStream = 0;
    public const uint GrainTable = 1;
    public const uint GrainDirectory = 2;
    public const uint Footer = 3;

    /// <summary>Writes a marker over a cleared sector.</summary>
    public static void Write(Span<byte> target, uint type, long sectorCount)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, (ulong)sectorCount);
        BinaryPrimitives.WriteUInt32LittleEndian(target[TypeOffset..], type);
    }
}
