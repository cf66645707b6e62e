using System.Buffers.Binary;

namespace Mig.FileSystems.Ext;

// Layout: kernel Documentation/filesystems/ext4, "Extended Attributes". All integers little-endian.
/// <summary>Enumerates the extended attributes of an inode or of an attribute block, each checked to lie within it.</summary>
/// <param name="bytes">What value offsets count from the start of.</param>
/// <param name="start">Where the first entry stands.</param>
/// <param name="where">For messages.</param>
internal ref struct AttributeEntries(ReadOnlySpan<byte> bytes, int start, long inode, long where)
{
    private const int HeaderSize = 16;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _next = start;
    private int _namesEnd;

    /// <summary>Which prefix the name has.</summary>
    public byte NameIndex { get; private set; }

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Empty when the value lies in an inode of its own.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public uint ValueSize { get; private set; }

    /// <summary>The inode that holds the value; 0 when it is here.</summary>
    public uint ValueInode { get; private set; }

    public bool MoveNext()
    {
        int start = _next;
        int room = _bytes.Length - start;
        if (room < sizeof(uint))
            throw Corrupt("EXT4-072", start, $"{room} bytes are left, 4 zeros needed at the end");
        ReadOnlySpan<byte> entry = _bytes[start..];
        if (BinaryPrimitives.ReadUInt32LittleEndian(entry) == 0)
            return false;
        int nameLength = entry[Field.NameLength];
        if (room < HeaderSize + nameLength)
            throw Corrupt("EXT4-072", start, $"an entry of {HeaderSize + nameLength} bytes, at most {room} allowed");
        NameIndex = entry[Field.NameIndex];
        Name = entry.Slice(HeaderSize, nameLength);
        if (Name.Contains((byte)0))
            throw Corrupt("EXT4-072", start, "a name with a zero byte, none allowed");
        ValueInode = BinaryPrimitives.ReadUInt32LittleEndian(entry[Field.ValueInode..]);
        ValueSize = BinaryPrimitives.ReadUInt32LittleEndian(entry[Field.ValueSize..]);
        int valueOffset = BinaryPrimitives.ReadUInt16LittleEndian(entry[Field.ValueOffset..]);
        Value = [];
        if (ValueInode == 0 && ValueSize > 0)
        {
            // Padded to four bytes, as the kernel counts it.
            if (valueOffset > _bytes.Length || ((long)ValueSize + 3 & ~3) > _bytes.Length - valueOffset)
                throw Corrupt("EXT4-073", start, $"value of {ValueSize} bytes at {valueOffset}, it must end by {_bytes.Length}");
            if (_namesEnd == 0)
                _namesEnd = FindNamesEnd(start);
            if (valueOffset < _namesEnd)
                throw Corrupt("EXT4-073", start,
                    $"value of {ValueSize} bytes at {valueOffset} overlaps the names, which end at {_namesEnd}");
            Value = _bytes.Slice(valueOffset, (int)ValueSize);
        }

        _next = start + LengthOf(nameLength);
        return true;
    }

    // Behind the four zeros that end the names.
    private readonly int FindNamesEnd(int from)
    {
        while (from <= _bytes.Length - sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(_bytes[from..]) != 0)
            from += LengthOf(_bytes[from + Field.NameLength]);
        return from + sizeof(uint);
    }

    private static int LengthOf(int nameLength) => (HeaderSize + nameLength + 3) & ~3;

    private readonly Mig.Core.CorruptImageException Corrupt(string code, int at, string detail) =>
        ExtError.Corrupt(code, $"extended attributes of inode {inode} at {where}, byte {at}: {detail}");

    private static class Field
    {
        public const int NameLength = 0x0;
        public const int NameIndex = 0x1;
        public const int ValueOffset = 0x2;
        public const int ValueInode = 0x4;
        public const int ValueSize = 0x8;
    }
}
