using System.Buffers.Binary;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>
/// The counts and flags of the superblock that change with the file system. Copies of it in other groups are left as they are, as the
/// kernel leaves them.
/// </summary>
internal sealed class WritableSuperblock(BlockStore blocks, Geometry geometry)
{
    private const uint UnsignedHash = 2;

    public long FreeBlocks
    {
        get => U32(Field.FreeBlocksLow) | (geometry.Has(IncompatibleFeatures.SixtyFourBit) ? (long)U32(Field.FreeBlocksHigh) << 32 : 0);
        set
        {
            if (value < 0 || value > geometry.BlockCount)
                throw ExtError.Corrupt("EXT4-128",
                    $"superblock at {Superblock.Offset}: free blocks would become {value}, 0 to {geometry.BlockCount} allowed; run e2fsck "
                    + "on the volume");
            Set32(Field.FreeBlocksLow, (uint)value);
            if (geometry.Has(IncompatibleFeatures.SixtyFourBit))
                Set32(Field.FreeBlocksHigh, (uint)(value >> 32));
        }
    }

    public long FreeInodes
    {
        get => U32(Field.FreeInodes);
        set
        {
            if (value < 0 || value > geometry.InodeCount)
                throw ExtError.Corrupt("EXT4-128",
                    $"superblock at {Superblock.Offset}: free inodes would become {value}, 0 to {geometry.InodeCount} allowed; run e2fsck "
                    + "on the volume");
            Set32(Field.FreeInodes, (uint)value);
        }
    }

    /// <summary>Head of the list of inodes to delete or cut at the next mount; 0 for none.</summary>
    public uint LastOrphan
    {
        get => U32(Field.LastOrphan);
        set => Set32(Field.LastOrphan, value);
    }

    public uint DefaultHashVersion => Bytes[Field.DefaultHashVersion];

    /// <summary>Whether directory hashes take the bytes of names for unsigned.</summary>
    public bool HasUnsignedHash => (U32(Field.Flags) & UnsignedHash) != 0;

    public ReadOnlySpan<byte> HashSeed => Bytes.Slice(Field.HashSeed, 16);

    /// <summary>How many bytes of fixed fields a new inode gets behind the first 128.</summary>
    public ushort WantedExtraSize => BinaryPrimitives.ReadUInt16LittleEndian(Bytes[Field.WantedExtraSize..]);

    /// <summary>Says when the file system was last written.</summary>
    public void SetWriteTime(long seconds)
    {
        Edit()[Field.WriteTimeHigh] = (byte)(seconds >> 32);
        Set32(Field.WriteTime, (uint)seconds); // seals both
    }

    public void Add(ReadOnlyCompatibleFeatures feature) => AddFlag(Field.ReadOnlyCompatible, (uint)feature);

    public void Add(CompatibleFeatures feature) => AddFlag(Field.Compatible, (uint)feature);

    public void Clear(IncompatibleFeatures feature) => Set32(Field.Incompatible, U32(Field.Incompatible) & ~(uint)feature);

    public void Clear(ReadOnlyCompatibleFeatures feature) =>
        Set32(Field.ReadOnlyCompatible, U32(Field.ReadOnlyCompatible) & ~(uint)feature);

    /// <summary>Says that nothing waits in the journal and all is consistent.</summary>
    public void SetClean()
    {
        Span<byte> bytes = Edit();
        bytes[Field.State] |= (byte)Superblock.StateClean;
        Seal(bytes);
    }

    private ReadOnlySpan<byte> Bytes =>
        blocks.Get(Superblock.Offset / geometry.BlockSize).AsSpan(Superblock.Offset % geometry.BlockSize, Superblock.Size);

    private void AddFlag(int field, uint flag)
    {
        uint flags = U32(field);
        if ((flags & flag) == 0)
            Set32(field, flags | flag);
    }

    private Span<byte> Edit() => blocks.Edit(Superblock.Offset / geometry.BlockSize)
        .AsSpan(Superblock.Offset % geometry.BlockSize, Superblock.Size);

    private uint U32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes[field..]);

    private void Set32(int field, uint value)
    {
        Span<byte> bytes = Edit();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[field..], value);
        Seal(bytes);
    }

    private void Seal(Span<byte> bytes)
    {
        if (geometry.HasChecksums)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[Field.Checksum..], Crc32C.Append(Crc32C.Start, bytes[..Field.Checksum]));
    }

    private static class Field
    {
        public const int FreeBlocksLow = 0x0C;
        public const int FreeInodes = 0x10;
        public const int WriteTime = 0x30;
        public const int State = 0x3A;
        public const int Compatible = 0x5C;
        public const int Incompatible = 0x60;
        public const int ReadOnlyCompatible = 0x64;
        public const int LastOrphan = 0xE8;
        public const int HashSeed = 0xEC;
        public const int DefaultHashVersion = 0xFC;
        public const int FreeBlocksHigh = 0x158;
        public const int WantedExtraSize = 0x15E;
        public const int Flags = 0x160;
        public const int WriteTimeHigh = 0x274;
        public const int Checksum = 0x3FC;
    }
}
