using System.Buffers.Binary;
using System.Numerics;
using Mig.Core;

namespace Mig.FileSystems.Fat;

// Layout: Microsoft, "FAT32 File System Specification" 1.03, "Boot Sector and BPB". All integers little-endian.
internal readonly ref struct BootSector
{
    public const int Size = 512;

    private const int MinSectorSize = 512;
    private const int MaxSectorSize = 4096;
    private const int MaxFatCount = 4; // as mkfs.fat; the specification has 2, and 1
    private const int MinFixedMedia = 0xF8;
    private const int RemovableMedia = 0xF0;
    private const int ExtendedSignature = 0x29; // with serial number, label and type
    private const int SerialSignature = 0x28; // with the serial number alone
    private const int BitLockerOffset = 424; // in the code that starts a machine

    private readonly ReadOnlySpan<byte> _bytes;

    private BootSector(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public int SectorSize => U16(Field.SectorSize);

    public int SectorsPerCluster => _bytes[Field.SectorsPerCluster];

    public int ReservedSectors => U16(Field.ReservedSectors);

    public int FatCount => _bytes[Field.FatCount];

    public int RootEntryCount => U16(Field.RootEntryCount);

    /// <summary>The lowest byte of the table's first entry says the same.</summary>
    public byte Media => _bytes[Field.Media];

    public long SectorCount => U16(Field.SectorCount16) != 0 ? U16(Field.SectorCount16) : U32(Field.SectorCount32);

    /// <summary>Whether fields behind 0x24 have the form of FAT32: only there this field is 0.</summary>
    public bool IsFat32 => U16(Field.FatSectors16) == 0;

    public long FatSectors => IsFat32 ? U32(Field.FatSectors32) : U16(Field.FatSectors16);

    /// <summary>FAT32 only.</summary>
    public int ExtendedFlags => U16(Field.ExtendedFlags);

    /// <summary>FAT32 only.</summary>
    public int Version => U16(Field.Version);

    /// <summary>FAT32 only.</summary>
    public uint RootCluster => U32(Field.RootCluster);

    /// <summary>FAT32 only.</summary>
    public int InfoSector => U16(Field.InfoSector);

    /// <summary>Bit 0 is set while a machine has the volume mounted.</summary>
    public byte State => _bytes[StateOffset];

    public int StateOffset => IsFat32 ? Field.State32 : Field.State16;

    public bool HasSerial => Signature is ExtendedSignature or SerialSignature;

    public uint Serial => U32(StateOffset + 2);

    /// <summary>Eleven bytes; empty when there are none.</summary>
    public ReadOnlySpan<byte> Label => Signature == ExtendedSignature ? _bytes.Slice(StateOffset + 6, ShortName.Size) : [];

    private byte Signature => _bytes[StateOffset + 1];

    // BitLocker To Go has a FAT for machines that do not know it; what it holds is encrypted.
    private static ReadOnlySpan<byte> BitLockerId =>
        [0x3B, 0xD6, 0x67, 0x49, 0x29, 0x2E, 0xD8, 0x4A, 0x83, 0x99, 0xF6, 0xA3, 0x39, 0xE3, 0xD0, 0x01];

    /// <summary>
    /// Tells whether this may be the start of a FAT volume, and of nothing else that begins alike (NTFS, exFAT, BitLocker, a boot record
    /// with partitions).
    /// </summary>
    /// <param name="bytes">The volume's first <see cref="Size"/> bytes.</param>
    public static bool IsFat(ReadOnlySpan<byte> bytes)
    {
        var sector = new BootSector(bytes);
        if (sector.U16(Field.BootSignature) != 0xAA55 || !(bytes[0] == 0xE9 || (bytes[0] == 0xEB && bytes[2] == 0x90)))
            return false;
        ReadOnlySpan<byte> maker = bytes.Slice(Field.Maker, 8);
        if (maker.SequenceEqual("NTFS    "u8) || maker.SequenceEqual("EXFAT   "u8) || maker.SequenceEqual("-FVE-FS-"u8)
            || bytes.Slice(BitLockerOffset, BitLockerId.Length).SequenceEqual(BitLockerId))
            return false;

        // With its name in it, what is wrong is damage. Without, as from before DOS 4, all must be right.
        return bytes.Slice(Field.TypeName16, 3).SequenceEqual("FAT"u8) || bytes.Slice(Field.TypeName32, 5).SequenceEqual("FAT32"u8)
            || sector.FindFault() is null;
    }

    /// <exception cref="CorruptImageException">A field is not within what the format allows.</exception>
    public static BootSector Parse(ReadOnlySpan<byte> bytes)
    {
        var sector = new BootSector(bytes[..Size]);
        return sector.FindFault() is { } fault ? throw FatError.Corrupt(fault.Code, $"boot sector at 0: {fault.Detail}") : sector;
    }

    private (string Code, string Detail)? FindFault()
    {
        if (!BitOperations.IsPow2(SectorSize) || SectorSize is < MinSectorSize or > MaxSectorSize)
            return ("FAT-001", $"a sector has {SectorSize} bytes, a power of two from {MinSectorSize} to {MaxSectorSize} needed");
        if (!BitOperations.IsPow2(SectorsPerCluster))
            return ("FAT-002", $"a cluster has {SectorsPerCluster} sectors, a power of two from 1 to 128 needed");
        if (ReservedSectors == 0)
            return ("FAT-003", "0 reserved sectors, at least 1 needed");
        if (FatCount is 0 or > MaxFatCount)
            return ("FAT-004", $"{FatCount} allocation tables, 1 to {MaxFatCount} allowed");
        if (Media is not RemovableMedia and < MinFixedMedia)
            return ("FAT-005", $"medium is 0x{Media:x2}, 0xf0 or 0xf8 to 0xff allowed");
        return null;
    }

    private int U16(int field) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[field..]);

    private uint U32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[field..]);

    private static class Field
    {
        public const int Maker = 0x03;
        public const int SectorSize = 0x0B;
        public const int SectorsPerCluster = 0x0D;
        public const int ReservedSectors = 0x0E;
        public const int FatCount = 0x10;
        public const int RootEntryCount = 0x11;
        public const int SectorCount16 = 0x13;
        public const int Media = 0x15;
        public const int FatSectors16 = 0x16;
        public const int SectorCount32 = 0x20;
        public const int FatSectors32 = 0x24;
        public const int State16 = 0x25;
        public const int ExtendedFlags = 0x28;
        public const int Version = 0x2A;
        public const int RootCluster = 0x2C;
        public const int InfoSector = 0x30;
        public const int TypeName16 = 0x36;
        public const int State32 = 0x41;
        public const int TypeName32 = 0x52;
        public const int BootSignature = 0x1FE;
    }
}
