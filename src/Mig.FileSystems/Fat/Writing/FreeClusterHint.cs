using System.Buffers.Binary;

namespace Mig.FileSystems.Fat.Writing;

// Layout: Microsoft, "FAT32 File System Specification" 1.03, "FAT32 FSInfo Sector Structure". All integers little-endian.
/// <summary>What FAT32 notes about free clusters: never relied on, kept true where it is.</summary>
internal static class FreeClusterHint
{
    private const int LeadSignature = 0x000;
    private const int StructureSignature = 0x1E4;
    private const int FreeCount = 0x1E8;
    private const int NextFree = 0x1EC;

    /// <summary>Writes the figures, if the volume has a sound place for them.</summary>
    public static void Update(SectorStore store, Geometry geometry, WritableTable table)
    {
        if (geometry.InfoOffset == 0)
            return;
        Span<byte> bytes = stackalloc byte[NextFree + sizeof(uint)];
        store.ReadMetadata(geometry.InfoOffset, bytes);
        if (!bytes[LeadSignature..].StartsWith("RRaA"u8) || !bytes[StructureSignature..].StartsWith("rrAa"u8))
            return;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[FreeCount..], table.FreeCount);
        if (table.LastAllocated != 0)
            BinaryPrimitives.WriteInt32LittleEndian(bytes[NextFree..], table.LastAllocated);
        store.Write(geometry.InfoOffset + FreeCount, bytes[FreeCount..]);
    }
}
