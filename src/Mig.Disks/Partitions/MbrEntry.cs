using System.Buffers.Binary;
using System.Globalization;

namespace Mig.Disks.Partitions;

// Layout: UEFI specification 2.10, table 5-3, "Legacy MBR Partition Record". All integers little-endian; the cylinder-head-sector fields
// mean nothing today.
/// <summary>One of the four records of an MBR or of an extended boot record.</summary>
internal readonly record struct MbrEntry(byte BootIndicator, byte Type, uint FirstSector, uint SectorCount)
{
    public const int Size = 16;
    public const byte Protective = 0xEE;
    private const int FirstOffset = 446;
    private const int SignatureOffset = 510;

    public bool IsEmpty => Type == 0 && SectorCount == 0;

    /// <summary>Whether Linux would make a partition of it: it looks at the length alone.</summary>
    public bool HasSectors => SectorCount != 0;

    public bool IsExtended => Type is 0x05 or 0x0F or 0x85;

    public bool HasValidIndicator => (BootIndicator & 0x7F) == 0;

    public string TypeName => Type.ToString("x2", CultureInfo.InvariantCulture);

    public static bool HasSignature(ReadOnlySpan<byte> sector) => sector[SignatureOffset] == 0x55 && sector[SignatureOffset + 1] == 0xAA;

    /// <summary>Reads the four records of a boot sector.</summary>
    public static MbrEntry[] ReadAll(ReadOnlySpan<byte> sector)
    {
        var entries = new MbrEntry[4];
        for (int i = 0; i < entries.Length; i++)
        {
            ReadOnlySpan<byte> bytes = sector.Slice(FirstOffset + (i * Size), Size);
            entries[i] = new MbrEntry(
                bytes[Field.BootIndicator],
                bytes[Field.Type],
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[Field.FirstSector..]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[Field.SectorCount..]));
        }

        return entries;
    }

    private static class Field
    {
        public const int BootIndicator = 0x00;
        public const int Type = 0x04;
        public const int FirstSector = 0x08;
        public const int SectorCount = 0x0C;
    }
}
