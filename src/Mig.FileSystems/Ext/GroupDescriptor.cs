using System.Buffers.Binary;

namespace Mig.FileSystems.Ext;

// Layout: kernel Documentation/filesystems/ext4, "Block Group Descriptors". All integers little-endian.
internal readonly ref struct GroupDescriptor(ReadOnlySpan<byte> bytes)
{
    public const ushort InodeBitmapNotWritten = 1;
    public const ushort BlockBitmapNotWritten = 2;

    private const int LongSize = 64;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public long BlockBitmap => U32(Field.BlockBitmapLow) | High32(Field.BlockBitmapHigh);

    public long InodeBitmap => U32(Field.InodeBitmapLow) | High32(Field.InodeBitmapHigh);

    public long InodeTable => U32(Field.InodeTableLow) | High32(Field.InodeTableHigh);

    public uint FreeClusters => U16(Field.FreeBlocksLow) | High16(Field.FreeBlocksHigh);

    public ushort Flags => U16(Field.Flags);

    /// <summary>32 bits in a long descriptor, else the low 16 of them.</summary>
    public uint BlockBitmapChecksum => U16(Field.BlockBitmapChecksumLow) | High16(Field.BlockBitmapChecksumHigh);

    public bool HasLongChecksums => _bytes.Length >= LongSize;

    public ushort Checksum => U16(Field.Checksum);

    /// <summary>Computes the checksum that <see cref="Checksum"/> should be, under <c>metadata_csum</c> or else <c>uninit_bg</c>.</summary>
    public ushort ComputeChecksum(Geometry geometry, uint group)
    {
        ReadOnlySpan<byte> before = _bytes[..Field.Checksum];
        ReadOnlySpan<byte> after = _bytes[(Field.Checksum + sizeof(ushort))..];
        if (geometry.HasChecksums)
        {
            uint crc = Crc32C.Append(Crc32C.Append(geometry.ChecksumSeed, group), before);
            return (ushort)Crc32C.Append(Crc32C.AppendZeros(crc, sizeof(ushort)), after);
        }

        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(number, group);
        ushort crc16 = Crc16.Append(Crc16.Append(Crc16.Start, geometry.Uuid.Span), number);
        return Crc16.Append(Crc16.Append(crc16, before), after);
    }

    private ushort U16(int field) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[field..]);

    private uint U32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[field..]);

    private uint High16(int field) => HasLongChecksums ? (uint)U16(field) << 16 : 0;

    private long High32(int field) => HasLongChecksums ? (long)U32(field) << 32 : 0;

    private static class Field
    {
        public const int BlockBitmapLow = 0x00;
        public const int InodeBitmapLow = 0x04;
        public const int InodeTableLow = 0x08;
        public const int FreeBlocksLow = 0x0C;
        public const int Flags = 0x12;
        public const int BlockBitmapChecksumLow = 0x18;
        public const int Checksum = 0x1E;
        public const int BlockBitmapHigh = 0x20;
        public const int InodeBitmapHigh = 0x24;
        public const int InodeTableHigh = 0x28;
        public const int FreeBlocksHigh = 0x2C;
        public const int BlockBitmapChecksumHigh = 0x38;
    }
}
