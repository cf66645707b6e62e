using System.Buffers.Binary;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>An extended attribute as it is stored.</summary>
/// <param name="Value">Empty when it lies in an inode of its own.</param>
/// <param name="ValueInode">That inode; 0 for none.</param>
/// <param name="ValueSize">In bytes.</param>
/// <param name="ValueHash">The hash that stands for the value of <paramref name="ValueInode"/> in the entry's.</param>
internal sealed record AttributeItem(byte NameIndex, byte[] Name, byte[] Value, uint ValueInode, uint ValueSize, uint ValueHash)
{
    private const int HeaderSize = 16;

    public int EntrySize => HeaderSize + ((Name.Length + 3) & ~3);

    public int StoredValueSize => ValueInode != 0 ? 0 : (Value.Length + 3) & ~3;

    public bool IsNamed(byte index, ReadOnlySpan<byte> name) => NameIndex == index && name.SequenceEqual(Name);

    /// <summary>Computes the hash of an entry: over the name's bytes, then over the value's words.</summary>
    public uint ComputeHash()
    {
        const int nameShift = 5;
        const int valueShift = 16;
        uint hash = 0;
        foreach (byte value in Name)
            hash = (hash << nameShift) ^ (hash >> (32 - nameShift)) ^ value;
        if (ValueInode != 0)
            return (hash << valueShift) ^ (hash >> (32 - valueShift)) ^ ValueHash;
        byte[] padded = new byte[StoredValueSize];
        Value.CopyTo(padded, 0);
        for (int i = 0; i < padded.Length; i += sizeof(uint))
            hash = (hash << valueShift) ^ (hash >> (32 - valueShift)) ^ BinaryPrimitives.ReadUInt32LittleEndian(padded.AsSpan(i));
        return hash;
    }

    /// <summary>Tells how many bytes entries take together, with the four zeros at the end.</summary>
    public static int SizeOf(IEnumerable<AttributeItem> items) =>
        sizeof(uint) + items.Sum(static item => item.EntrySize + item.StoredValueSize);

    /// <summary>Writes entries from a place on, and their values from the end back.</summary>
    /// <param name="bytes">What value offsets count from the start of; all zeros from <paramref name="start"/> on.</param>
    /// <param name="hasHashes">Whether entries have a hash even if their value is here.</param>
    public static void Write(Span<byte> bytes, int start, IReadOnlyList<AttributeItem> items, bool hasHashes)
    {
        int place = start;
        int end = bytes.Length;
        foreach (AttributeItem item in items)
        {
            Span<byte> entry = bytes[place..];
            end -= item.StoredValueSize;
            item.Value.CopyTo(bytes[end..]);
            entry[0] = (byte)item.Name.Length;
            entry[1] = item.NameIndex;
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)(item.StoredValueSize == 0 ? 0 : end));
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], item.ValueInode);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], item.ValueSize);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], hasHashes || item.ValueInode != 0 ? item.ComputeHash() : 0);
            item.Name.CopyTo(entry[HeaderSize..]);
            place += item.EntrySize;
        }
    }

    /// <summary>The order that a block of attributes has, which the kernel searches by.</summary>
    public static int Compare(AttributeItem left, AttributeItem right)
    {
        int order = left.NameIndex.CompareTo(right.NameIndex);
        if (order == 0)
            order = left.Name.Length.CompareTo(right.Name.Length);
        return order != 0 ? order : left.Name.AsSpan().SequenceCompareTo(right.Name);
    }
}
