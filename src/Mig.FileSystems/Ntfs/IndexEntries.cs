using System.Buffers.Binary;

namespace Mig.FileSystems.Ntfs;

/// <summary>Walks the entries of one index node.</summary>
/// <remarks>Layout: ntfs-3g layout.h, INDEX_HEADER and INDEX_ENTRY.</remarks>
internal ref struct IndexEntries
{
    private const int HeaderSize = 0x10;
    private const int EntrySize = 0x10;
    private const ushort HasSubnode = 1;
    private const ushort IsLast = 2;

    private readonly ReadOnlySpan<byte> _entries;
    private readonly string _owner;
    private int _next;
    private int _at;

    /// <param name="node">From the index header on.</param>
    /// <param name="owner">How to call the node in messages.</param>
    public IndexEntries(ReadOnlySpan<byte> node, string owner)
    {
        _owner = owner;
        uint start = node.Length < HeaderSize ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(node);
        uint length = node.Length < HeaderSize ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(node[0x04..]);
        if (start < HeaderSize || start % 8 != 0 || length > node.Length || start > length)
            throw NtfsError.Corrupt("NTFS-033",
                $"{owner}: entries from 0x{start:x} to 0x{length:x}, from 0x{HeaderSize:x} and within {node.Length} bytes allowed");
        _entries = node[(int)start..(int)length];
        _at = -1;
    }

    public readonly ReadOnlySpan<byte> Key => Entry.Slice(EntrySize, BinaryPrimitives.ReadUInt16LittleEndian(Entry[0x0A..]));

    /// <summary>The value of an index that is none of file names; it begins where the entry says.</summary>
    public readonly ReadOnlySpan<byte> Data
    {
        get
        {
            int offset = BinaryPrimitives.ReadUInt16LittleEndian(Entry), length = BinaryPrimitives.ReadUInt16LittleEndian(Entry[0x02..]);
            return offset + length <= Entry.Length ? Entry.Slice(offset, length) : [];
        }
    }

    /// <summary>The file that the entry of a directory names.</summary>
    public readonly FileReference Reference => new(BinaryPrimitives.ReadUInt64LittleEndian(Entry));

    /// <summary>The entry without a key that ends each node.</summary>
    public readonly bool IsEnd => (Flags & IsLast) != 0;

    /// <summary>The block with what stands before this entry; -1 when there is none.</summary>
    public readonly long Subnode => (Flags & HasSubnode) != 0 ? BinaryPrimitives.ReadInt64LittleEndian(Entry[^sizeof(long)..]) : -1;

    private readonly ushort Flags => BinaryPrimitives.ReadUInt16LittleEndian(Entry[0x0C..]);

    private readonly ReadOnlySpan<byte> Entry => _entries[_at.._next];

    public bool MoveNext()
    {
        if (_at >= 0 && IsEnd)
            return false;
        _at = _next;
        ReadOnlySpan<byte> rest = _entries[_at..];
        int length = rest.Length < EntrySize ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(rest[0x08..]);
        int key = rest.Length < EntrySize ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(rest[0x0A..]);
        int flags = rest.Length < EntrySize ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(rest[0x0C..]);
        int needed = EntrySize + ((flags & IsLast) != 0 ? 0 : key) + ((flags & HasSubnode) != 0 ? sizeof(long) : 0);
        if (length < needed || length % 8 != 0 || length > rest.Length)
            throw NtfsError.Corrupt("NTFS-034",
                $"{_owner}: entry at 0x{_at:x} has {length} bytes with a key of {key}, a multiple of 8 from {needed} to {rest.Length} "
                + "needed");
        _next = _at + length;
        return true;
    }
}
