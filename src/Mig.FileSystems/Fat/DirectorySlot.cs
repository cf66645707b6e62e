using System.Buffers.Binary;

namespace Mig.FileSystems.Fat;

// Layout: Microsoft, "FAT32 File System Specification" 1.03, "FAT Directory Structure" and "FAT Long Directory Entries". All integers
// little-endian.
/// <summary>32 bytes of a directory: a short entry, a part of a long name, or free.</summary>
internal readonly ref struct DirectorySlot
{
    public const int Size = 32;
    public const byte Deleted = 0xE5;

    /// <summary>UTF-16 units in a part of a long name.</summary>
    public const int UnitsPerPart = 13;

    /// <summary>Set in the number of the part that comes first in the directory, and is the last of the name.</summary>
    public const byte LastPart = 0x40;

    private readonly ReadOnlySpan<byte> _bytes;

    public DirectorySlot(ReadOnlySpan<byte> bytes) => _bytes = bytes[..Size];

    /// <summary>Whether this slot and all behind it were never used.</summary>
    public bool IsEnd => _bytes[0] == 0;

    public bool IsDeleted => _bytes[0] == Deleted;

    public ReadOnlySpan<byte> ShortName => _bytes[..Fat.ShortName.Size];

    public DosAttributes Attributes => (DosAttributes)_bytes[Field.Attributes];

    public bool IsLongName => (Attributes & DosAttributes.Known) == DosAttributes.LongName;

    /// <summary>Windows NT's: which parts of the short name are in lower case.</summary>
    public byte Case => _bytes[Field.Case];

    public int ModifiedTime => U16(Field.ModifiedTime);

    public int ModifiedDate => U16(Field.ModifiedDate);

    /// <summary>The upper half means something else on FAT12 and FAT16.</summary>
    public uint FirstCluster => (uint)(U16(Field.FirstClusterHigh) << 16 | U16(Field.FirstClusterLow));

    public uint FileSize => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[Field.FileSize..]);

    /// <summary>Of a part of a long name: its number, from 1, with <see cref="LastPart"/>.</summary>
    public byte Part => _bytes[0];

    /// <summary>Of a part of a long name: the sum of the short name's bytes that it belongs to.</summary>
    public byte Checksum => _bytes[Field.Checksum];

    /// <summary>Of a part of a long name: its units.</summary>
    public void CopyUnits(Span<char> destination)
    {
        for (int i = 0; i < UnitsPerPart; i++)
            destination[i] = (char)U16(PlaceOfUnit(i));
    }

    /// <summary>Returns where a unit of a part of a long name lies in the slot: three pieces around older fields.</summary>
    public static int PlaceOfUnit(int unit) => unit < 5 ? 1 + (2 * unit) : unit < 11 ? 14 + (2 * (unit - 5)) : 28 + (2 * (unit - 11));

    private int U16(int field) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[field..]);

    public static class Field
    {
        public const int Attributes = 0x0B;
        public const int Case = 0x0C;
        public const int Checksum = 0x0D;
        public const int CreatedHundredths = 0x0D;
        public const int CreatedTime = 0x0E;
        public const int CreatedDate = 0x10;
        public const int AccessedDate = 0x12;
        public const int FirstClusterHigh = 0x14;
        public const int ModifiedTime = 0x16;
        public const int ModifiedDate = 0x18;
        public const int FirstClusterLow = 0x1A;
        public const int FileSize = 0x1C;
    }
}
