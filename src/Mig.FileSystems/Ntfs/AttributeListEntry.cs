using System.Buffers.Binary;

namespace Mig.FileSystems.Ntfs;

/// <summary>Names a record that holds attributes of another one.</summary>
/// <remarks>Layout: ntfs-3g layout.h, ATTR_LIST_ENTRY.</remarks>
internal readonly record struct AttributeListEntry(AttributeType Type, bool IsNamed, long LowestVcn, FileReference Reference)
{
    public const int MaxListSize = 256 << 10; // what Windows allows

    private const int Size = 0x1A;

    /// <param name="owner">The base record, for messages.</param>
    public static List<AttributeListEntry> ReadAll(ReadOnlySpan<byte> list, long owner)
    {
        var entries = new List<AttributeListEntry>();
        for (int at = 0; at < list.Length;)
        {
            ReadOnlySpan<byte> entry = list[at..];
            int length = entry.Length < Size ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(entry[0x04..]);
            if (length < Size || length > entry.Length)
                throw NtfsError.Corrupt("NTFS-028",
                    $"MFT record {owner}: entry of the attribute list at 0x{at:x} has {length} bytes, {Size} to {entry.Length} allowed");
            entries.Add(new AttributeListEntry(
                (AttributeType)BinaryPrimitives.ReadUInt32LittleEndian(entry),
                entry[0x06] != 0,
                BinaryPrimitives.ReadInt64LittleEndian(entry[0x08..]),
                new FileReference(BinaryPrimitives.ReadUInt64LittleEndian(entry[0x10..]))));
            at += length;
        }

        return entries;
    }
}
