using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>An MFT record with its update sequence undone.</summary>
/// <remarks>Layout: ntfs-3g layout.h, MFT_RECORD.</remarks>
internal sealed class FileRecord
{
    private const ushort InUse = 1;
    private const ushort Directory = 2;
    private const int MinAttributes = 0x2A;
    private const int MinAttributeSize = 0x10;

    private FileRecord(long number, byte[] bytes)
    {
        Number = number;
        Flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(Field.Flags));
        Base = new FileReference(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(Field.Base)));
    }

    public long Number { get; }

    /// <summary>The record that this one continues; 0 when it stands for itself.</summary>
    public FileReference Base { get; }

    public bool IsDirectory => (Flags & Directory) != 0;

    /// <summary>In the order of the record.</summary>
    public List<StoredAttribute> Attributes { get; } = [];

    private ushort Flags { get; }

    /// <summary>
    /// Reads what is needed to tell whether a record is what an entry names, from its bytes as they are stored: neither field lies where
    /// the update sequence is.
    /// </summary>
    public static bool IsUsed(ReadOnlySpan<byte> stored, ushort sequence) =>
        HasMagic(stored) && (BinaryPrimitives.ReadUInt16LittleEndian(stored[Field.Flags..]) & InUse) != 0
            && BinaryPrimitives.ReadUInt16LittleEndian(stored[Field.Sequence..]) == sequence;

    /// <param name="bytes">The record as it is stored; changed, and kept.</param>
    /// <exception cref="CorruptImageException">It is torn, not in use, or breaks the format.</exception>
    public static FileRecord Parse(long number, byte[] bytes, Geometry geometry)
    {
        string name = $"MFT record {number}";
        if (!HasMagic(bytes))
            throw NtfsError.Corrupt("NTFS-010", $"{name}: magic is 0x{BinaryPrimitives.ReadUInt32LittleEndian(bytes):x8}, \"FILE\" needed");
        if (Fixups.Apply(bytes) is { } wrong)
            throw NtfsError.Corrupt("NTFS-011", $"{name}: {wrong}");
        var record = new FileRecord(number, bytes);
        if ((record.Flags & InUse) == 0)
            throw NtfsError.Corrupt("NTFS-012", $"{name}: it is not in use, and something names it");
        int at = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(Field.Attributes));
        uint used = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(Field.BytesUsed));
        if (at < MinAttributes || at % 8 != 0 || used > bytes.Length || at > used - sizeof(uint))
            throw NtfsError.Corrupt("NTFS-013",
                $"{name}: attributes at 0x{at:x} of {used} bytes used, from 0x{MinAttributes:x} and within {bytes.Length} allowed");
        while (true)
        {
            if (at > (int)used - sizeof(uint))
                throw NtfsError.Corrupt("NTFS-013", $"{name}: its attributes have no end within {used} bytes");
            var type = (AttributeType)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
            if (type == AttributeType.End)
                return record;
            uint length = at > (int)used - MinAttributeSize ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + sizeof(uint)));
            if (length < MinAttributeSize || length % 8 != 0 || length > used - at)
                throw NtfsError.Corrupt("NTFS-014",
                    $"{name}: attribute 0x{(uint)type:x} at 0x{at:x} has {length} bytes, a multiple of 8 from {MinAttributeSize} to "
                    + $"{used - at} allowed");
            record.Attributes.Add(StoredAttribute.Parse(bytes.AsMemory(at, (int)length), name, geometry));
            at += (int)length;
        }
    }

    private static bool HasMagic(ReadOnlySpan<byte> bytes) => bytes.StartsWith("FILE"u8);

    private static class Field
    {
        public const int Sequence = 0x10;
        public const int Attributes = 0x14;
        public const int Flags = 0x16;
        public const int BytesUsed = 0x18;
        public const int Base = 0x20;
    }
}
