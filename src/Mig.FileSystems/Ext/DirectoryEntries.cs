using System.Buffers.Binary;

namespace Mig.FileSystems.Ext;

/// <summary>Enumerates the entries of a directory block, each checked to lie within it.</summary>
internal ref struct DirectoryEntries(ReadOnlySpan<byte> bytes, long offset, long directory)
{
    private const int HeaderSize = 8;
    private const int MinLength = 12; // with a name of one byte

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _next;

    /// <summary>0 for an unused entry.</summary>
    public uint Inode { get; private set; }

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Whether the entry is used and is neither <c>.</c> nor <c>..</c>.</summary>
    public readonly bool IsNamed => Inode != 0 && !Name.SequenceEqual("."u8) && !Name.SequenceEqual(".."u8);

    /// <summary>
    /// Decodes an entry's length: 16 bits are too few for a block of 64 KiB, so its low two bits, else 0, are the high ones.
    /// </summary>
    public static int DecodeLength(ushort stored, int blockSize)
    {
        if (blockSize < 65536)
            return stored;
        return stored is 0 or ushort.MaxValue ? 65536 : (stored & 0xFFFC) | ((stored & 3) << 16);
    }

    public bool MoveNext()
    {
        if (_next == _bytes.Length)
            return false;
        int start = _next;
        int room = _bytes.Length - start;
        if (room < HeaderSize)
            throw Corrupt("EXT4-061", start, $"{room} bytes are left, {HeaderSize} needed for an entry");
        ReadOnlySpan<byte> entry = _bytes[start..];
        int length = DecodeLength(BinaryPrimitives.ReadUInt16LittleEndian(entry[4..]), _bytes.Length);
        int nameLength = entry[6];
        if (length < MinLength || length % 4 != 0 || length > room || room - length is > 0 and < MinLength)
            throw Corrupt("EXT4-061", start,
                $"entry length is {length}, {room} or a multiple of 4 from {MinLength} to {room - MinLength} allowed");
        Inode = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        if (nameLength > length - HeaderSize || (Inode != 0 && nameLength == 0))
            throw Corrupt("EXT4-062", start, $"name length is {nameLength}, 1 to {length - HeaderSize} allowed");
        Name = Inode == 0 ? [] : entry.Slice(HeaderSize, nameLength);
        _next = start + length;
        return true;
    }

    public readonly Mig.Core.CorruptImageException Corrupt(string code, string detail) => Corrupt(code, _next, detail);

    private readonly Mig.Core.CorruptImageException Corrupt(string code, int at, string detail) =>
        ExtError.Corrupt(code, $"directory {directory}, entries at {offset}, byte {at}: {detail}");
}
