using System.Buffers.Binary;

namespace Mig.FileSystems.Ext;

// Layout: kernel Documentation/filesystems/ext4, "Journal (jbd2)", "Descriptor Block". All integers big-endian.
/// <summary>Enumerates the tags of a descriptor block: which blocks of the file system the next blocks of the log are copies of.</summary>
internal ref struct JournalTags(ReadOnlySpan<byte> block, JournalFeatures features)
{
    private const uint Escaped = 1;
    private const uint SameUuid = 2;
    private const uint Last = 8;
    private const int UuidSize = 16;

    private readonly ReadOnlySpan<byte> _bytes = (features & (JournalFeatures.Checksum2 | JournalFeatures.Checksum3)) != 0
        ? block[..^JournalBlock.TailSize] : block;
    private readonly bool _is64Bit = (features & JournalFeatures.SixtyFourBit) != 0;
    private readonly bool _isVersion3 = (features & JournalFeatures.Checksum3) != 0;
    private readonly int _size = TagSize(features);
    private int _next = JournalBlock.HeaderSize;
    private bool _isDone;

    public long Block { get; private set; }

    public bool IsEscaped { get; private set; }

    /// <summary>32 bits, or 16 before version 3; 0 without checksums.</summary>
    public uint Checksum { get; private set; }

    public bool MoveNext()
    {
        if (_isDone || _bytes.Length - _next < _size)
            return false;
        ReadOnlySpan<byte> tag = _bytes[_next..];
        uint flags;
        if (_isVersion3)
        {
            flags = BinaryPrimitives.ReadUInt32BigEndian(tag[4..]);
            Checksum = BinaryPrimitives.ReadUInt32BigEndian(tag[12..]);
        }
        else
        {
            Checksum = BinaryPrimitives.ReadUInt16BigEndian(tag[4..]);
            flags = BinaryPrimitives.ReadUInt16BigEndian(tag[6..]);
        }

        Block = BinaryPrimitives.ReadUInt32BigEndian(tag) | (_is64Bit ? (long)BinaryPrimitives.ReadUInt32BigEndian(tag[8..]) << 32 : 0);
        IsEscaped = (flags & Escaped) != 0;
        _isDone = (flags & Last) != 0;
        _next += _size + ((flags & SameUuid) != 0 ? 0 : UuidSize);
        return true;
    }

    private static int TagSize(JournalFeatures features)
    {
        if ((features & JournalFeatures.Checksum3) != 0)
            return 16;
        int size = (features & JournalFeatures.SixtyFourBit) != 0 ? 12 : 8;
        return (features & JournalFeatures.Checksum2) != 0 ? size + 2 : size;
    }
}
