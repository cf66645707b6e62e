using System.Buffers.Binary;

namespace Mig.FileSystems.Ext.Writing;

// Layout: kernel Documentation/filesystems/ext4, "Directory Entries". All integers little-endian.
/// <summary>Changes a block of directory entries.</summary>
/// <param name="block">The whole block.</param>
/// <param name="hasTail">Whether its last twelve bytes are an entry with a checksum.</param>
internal readonly ref struct DirectoryLeaf(Span<byte> block, bool hasTail)
{
    private const int HeaderSize = 8;
    private const int TailSize = 12;
    private const byte TailFileType = 0xDE;
    private const int LongBlock = 65536;

    private readonly Span<byte> _block = block;

    /// <summary>The part that holds entries.</summary>
    public Span<byte> Entries => hasTail ? _block[..^TailSize] : _block;

    /// <summary>Returns the bytes that an entry with such a name takes.</summary>
    public static int SizeOf(int nameLength) => (HeaderSize + nameLength + 3) & ~3;

    /// <summary>Returns the value of an entry's type field.</summary>
    public static byte TypeOf(NodeType type) => type switch
    {
        NodeType.File => 1,
        NodeType.Directory => 2,
        NodeType.CharacterDevice => 3,
        NodeType.BlockDevice => 4,
        NodeType.Fifo => 5,
        NodeType.Socket => 6,
        _ => 7,
    };

    /// <summary>Makes it a block without names.</summary>
    public void Clear()
    {
        _block.Clear();
        SetLength(0, Entries.Length);
        if (!hasTail)
            return;
        BinaryPrimitives.WriteUInt16LittleEndian(_block[^8..], TailSize);
        _block[^5] = TailFileType;
    }

    public int LengthAt(int place) =>
        DirectoryEntries.DecodeLength(BinaryPrimitives.ReadUInt16LittleEndian(_block[(place + 4)..]), _block.Length);

    public uint InodeAt(int place) => BinaryPrimitives.ReadUInt32LittleEndian(_block[place..]);

    public ReadOnlySpan<byte> NameAt(int place) => _block.Slice(place + HeaderSize, _block[place + 6]);

    public byte TypeAt(int place) => _block[place + 7];

    /// <summary>Finds a name.</summary>
    /// <returns>-1 when it is not here.</returns>
    public int Find(ReadOnlySpan<byte> name)
    {
        for (int place = 0; place < Entries.Length; place += LengthAt(place))
        {
            if (InodeAt(place) != 0 && NameAt(place).SequenceEqual(name))
                return place;
        }

        return -1;
    }

    /// <summary>Adds a name in the first room that is large enough.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryInsert(ReadOnlySpan<byte> name, uint inode, byte type)
    {
        int needed = SizeOf(name.Length);
        for (int place = 0; place < Entries.Length;)
        {
            int length = LengthAt(place);
            int used = InodeAt(place) == 0 ? 0 : SizeOf(_block[place + 6]);
            if (length - used < needed)
            {
                place += length;
                continue;
            }

            if (used > 0)
            {
                SetLength(place, used);
                place += used;
                SetLength(place, length - used);
            }

            Put(place, name, inode, type);
            return true;
        }

        return false;
    }

    /// <summary>Tells whether <see cref="TryInsert"/> would find room.</summary>
    public bool HasRoom(int nameLength)
    {
        for (int place = 0; place < Entries.Length; place += LengthAt(place))
        {
            int used = InodeAt(place) == 0 ? 0 : SizeOf(_block[place + 6]);
            if (LengthAt(place) - used >= SizeOf(nameLength))
                return true;
        }

        return false;
    }

    /// <summary>Puts an entry into room whose length is set already, or will be.</summary>
    public void Put(int place, ReadOnlySpan<byte> name, uint inode, byte type)
    {
        Set(place, inode, type);
        _block[place + 6] = (byte)name.Length;
        name.CopyTo(_block[(place + HeaderSize)..]);
    }

    public void Set(int place, uint inode, byte type)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_block[place..], inode);
        _block[place + 7] = type;
    }

    /// <summary>Takes an entry out: the one before it gets its room. The name does not stay behind.</summary>
    public void Remove(int place)
    {
        int before = -1, length = LengthAt(place), used = SizeOf(_block[place + 6]);
        for (int i = 0; i < place; i += LengthAt(i))
            before = i;
        if (before >= 0)
            SetLength(before, LengthAt(before) + length);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(_block[place..], 0);
        int kept = before >= 0 ? 0 : HeaderSize;
        _block[(place + kept)..(place + Math.Min(used, length))].Clear();
    }

    /// <summary>Tells whether there is any name but those of the directory itself and its parent.</summary>
    public bool HasNames()
    {
        for (int place = 0; place < Entries.Length; place += LengthAt(place))
        {
            if (InodeAt(place) != 0 && !NameAt(place).SequenceEqual("."u8) && !NameAt(place).SequenceEqual(".."u8))
                return true;
        }

        return false;
    }

    public void SetLength(int place, int length)
    {
        // 16 bits are too few for a block of 64 KiB; its length is said as 65535, others are multiples of four and have the high bits in
        // the low ones.
        ushort stored = length == LongBlock ? ushort.MaxValue : _block.Length < LongBlock ? (ushort)length
            : (ushort)((length & 0xFFFC) | (length >> 16 & 3));
        BinaryPrimitives.WriteUInt16LittleEndian(_block[(place + 4)..], stored);
    }

    public void Seal(uint seed)
    {
        if (hasTail)
            BinaryPrimitives.WriteUInt32LittleEndian(_block[^4..], Crc32C.Append(seed, Entries));
    }
}
