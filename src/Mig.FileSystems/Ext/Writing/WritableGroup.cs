using System.Buffers.Binary;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>The counts, flags and checksums of a group descriptor, to change; <see cref="Seal"/> when done.</summary>
internal readonly ref struct WritableGroup(Span<byte> bytes, Geometry geometry, uint group)
{
    private const int LongSize = 64;

    private readonly Span<byte> _bytes = bytes;

    public uint FreeClusters
    {
        get => Get(Field.FreeBlocksLow, Field.FreeBlocksHigh);
        set => Set(Field.FreeBlocksLow, Field.FreeBlocksHigh, value);
    }

    public uint FreeInodes
    {
        get => Get(Field.FreeInodesLow, Field.FreeInodesHigh);
        set => Set(Field.FreeInodesLow, Field.FreeInodesHigh, value);
    }

    public uint UsedDirectories
    {
        get => Get(Field.UsedDirectoriesLow, Field.UsedDirectoriesHigh);
        set => Set(Field.UsedDirectoriesLow, Field.UsedDirectoriesHigh, value);
    }

    /// <summary>How many inodes at the end of the table were never used, and may hold anything.</summary>
    public uint UnusedInodes
    {
        get => Get(Field.UnusedInodesLow, Field.UnusedInodesHigh);
        set => Set(Field.UnusedInodesLow, Field.UnusedInodesHigh, value);
    }

    public ushort Flags
    {
        get => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[Field.Flags..]);
        set => BinaryPrimitives.WriteUInt16LittleEndian(_bytes[Field.Flags..], value);
    }

    /// <summary>32 bits in a long descriptor, else the low 16 of them.</summary>
    public uint InodeBitmapChecksum => Get(Field.InodeBitmapChecksumLow, Field.InodeBitmapChecksumHigh);

    public uint ChecksumMask => _bytes.Length >= LongSize ? uint.MaxValue : ushort.MaxValue;

    public void SetBlockBitmapChecksum(uint crc) => Set(Field.BlockBitmapChecksumLow, Field.BlockBitmapChecksumHigh, crc);

    public void SetInodeBitmapChecksum(uint crc) => Set(Field.InodeBitmapChecksumLow, Field.InodeBitmapChecksumHigh, crc);

    public void Seal()
    {
        if (geometry.HasChecksums || geometry.Has(ReadOnlyCompatibleFeatures.GroupChecksums))
            BinaryPrimitives.WriteUInt16LittleEndian(
                _bytes[Field.Checksum..], new GroupDescriptor(_bytes).ComputeChecksum(geometry, group));
    }

    private uint Get(int low, int high) =>
        BinaryPrimitives.ReadUInt16LittleEndian(_bytes[low..])
            | (_bytes.Length >= LongSize ? (uint)BinaryPrimitives.ReadUInt16LittleEndian(_bytes[high..]) << 16 : 0);

    private void Set(int low, int high, uint value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes[low..], (ushort)value);
        if (_bytes.Length >= LongSize)
            BinaryPrimitives.WriteUInt16LittleEndian(_bytes[high..], (ushort)(value >> 16));
    }

    private static class Field
    {
        public const int FreeBlocksLow = 0x0C;
        public const int FreeInodesLow = 0x0E;
        public const int UsedDirectoriesLow = 0x10;
        public const int Flags = 0x12;
        public const int BlockBitmapChecksumLow = 0x18;
        public const int InodeBitmapChecksumLow = 0x1A;
        public const int UnusedInodesLow = 0x1C;
        public const int Checksum = 0x1E;
        public const int FreeBlocksHigh = 0x2C;
        public const int FreeInodesHigh = 0x2E;
        public const int UsedDirectoriesHigh = 0x30;
        public const int UnusedInodesHigh = 0x32;
        public const int BlockBitmapChecksumHigh = 0x38;
        public const int InodeBitmapChecksumHigh = 0x3A;
    }
}
