using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>One attribute as it stands in an MFT record; a value in clusters may be spread over several of them.</summary>
/// <remarks>Layout: ntfs-3g layout.h, ATTR_RECORD.</remarks>
internal sealed class StoredAttribute
{
    private const int ResidentSize = 0x18;
    private const int NonResidentSize = 0x40;
    private const long MaxValueSize = 1L << 53; // 8 PiB, the longest volume that Windows makes

    public AttributeType Type { get; private init; }

    /// <summary>UTF-16; empty for the unnamed one.</summary>
    public string Name { get; private init; } = "";

    public AttributeFlags Flags { get; private init; }

    public bool IsResident { get; private init; }

    /// <summary>The value of a resident attribute, the encoded runs of another.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private init; }

    public long LowestVcn { get; private init; }

    /// <summary>The cluster behind the last one.</summary>
    public long EndVcn { get; private init; }

    /// <summary>Base 2 logarithm of the clusters that are compressed together; 0 when none are.</summary>
    public int UnitShift { get; private init; }

    /// <summary>Bytes of the whole value; only in the attribute with the first cluster.</summary>
    public long Size { get; private init; }

    /// <summary>Bytes that were ever written; the rest reads as zeros. Only in the attribute with the first cluster.</summary>
    public long InitializedSize { get; private init; }

    /// <summary>Parses the attribute at the start of <paramref name="bytes"/>, which are cut to its length.</summary>
    /// <param name="record">How to call the record in messages.</param>
    public static StoredAttribute Parse(ReadOnlyMemory<byte> bytes, string record, Geometry geometry)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        var type = (AttributeType)BinaryPrimitives.ReadUInt32LittleEndian(span);
        bool isResident = span[Field.NonResident] == 0;
        if (span.Length < (isResident ? ResidentSize : NonResidentSize))
            throw Corrupt("NTFS-014", record, type, $"has {span.Length} bytes, {(isResident ? ResidentSize : NonResidentSize)} needed");
        int nameLength = 2 * span[Field.NameLength], nameOffset = BinaryPrimitives.ReadUInt16LittleEndian(span[Field.NameOffset..]);
        if (nameLength > 0 && nameOffset + nameLength > span.Length)
            throw Corrupt("NTFS-015", record, type, $"name of {nameLength} bytes at 0x{nameOffset:x}, within {span.Length} allowed");
        string name = nameLength == 0 ? "" : new string(MemoryMarshal.Cast<byte, char>(span.Slice(nameOffset, nameLength)));
        var flags = (AttributeFlags)BinaryPrimitives.ReadUInt16LittleEndian(span[Field.Flags..]);
        if (isResident)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(span[Field.ValueLength..]);
            int offset = BinaryPrimitives.ReadUInt16LittleEndian(span[Field.ValueOffset..]);
            if (offset > span.Length || length > span.Length - offset)
                throw Corrupt("NTFS-016", record, type, $"value of {length} bytes at 0x{offset:x}, within {span.Length} allowed");
            return new StoredAttribute
            {
                Type = type, Name = name, Flags = flags, IsResident = true, Bytes = bytes.Slice(offset, (int)length), Size = length,
                InitializedSize = length,
            };
        }

        return ParseNonResident(bytes, record, type, name, flags, geometry);
    }

    private static StoredAttribute ParseNonResident(
        ReadOnlyMemory<byte> bytes, string record, AttributeType type, string name, AttributeFlags flags, Geometry geometry)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        long maxVcn = MaxValueSize / geometry.ClusterSize;
        long lowest = BinaryPrimitives.ReadInt64LittleEndian(span[Field.LowestVcn..]);
        long highest = BinaryPrimitives.ReadInt64LittleEndian(span[Field.HighestVcn..]);
        int pairs = BinaryPrimitives.ReadUInt16LittleEndian(span[Field.PairsOffset..]);
        if (lowest < 0 || highest < lowest - 1 || highest >= maxVcn || pairs > span.Length)
            throw Corrupt("NTFS-017", record, type,
                $"clusters {lowest} to {highest} with runs at 0x{pairs:x}, at most {maxVcn} clusters and {span.Length} bytes allowed");
        int unitShift = span[Field.UnitShift];
        long size = 0, initialized = 0;
        if (lowest == 0)
        {
            size = BinaryPrimitives.ReadInt64LittleEndian(span[Field.Size..]);
            initialized = BinaryPrimitives.ReadInt64LittleEndian(span[Field.InitializedSize..]);
            if (size is < 0 or > MaxValueSize || initialized < 0)
                throw Corrupt("NTFS-018", record, type,
                    $"size is {size} with {initialized} bytes initialized, 0 to {MaxValueSize} allowed");
        }

        return new StoredAttribute
        {
            Type = type, Name = name, Flags = flags, Bytes = bytes[pairs..], LowestVcn = lowest, EndVcn = highest + 1,
            UnitShift = unitShift, Size = size,
            InitializedSize = Math.Min(initialized, size),
        };
    }

    private static CorruptImageException Corrupt(string code, string record, AttributeType type, string detail) =>
        NtfsError.Corrupt(code, $"{record}: attribute 0x{(uint)type:x} {detail}");

    private static class Field
    {
        public const int NonResident = 0x08;
        public const int NameLength = 0x09;
        public const int NameOffset = 0x0A;
        public const int Flags = 0x0C;
        public const int ValueLength = 0x10;
        public const int ValueOffset = 0x14;
        public const int LowestVcn = 0x10;
        public const int HighestVcn = 0x18;
        public const int PairsOffset = 0x20;
        public const int UnitShift = 0x22;
        public const int Size = 0x30;
        public const int InitializedSize = 0x38;
    }
}
