using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext;

// Layout: kernel Documentation/filesystems/ext4, "Index Nodes". All integers little-endian.
internal readonly ref struct Inode
{
    /// <summary>
    /// Bytes of <see cref="BlockMap"/>: block pointers, the root of an extent tree, a short link's target, or inline data.
    /// </summary>
    public const int BlockMapSize = 60;

    private const int GoodOldSize = 128;
    private const uint MaxNanoseconds = 999_999_999;
    private const int FirstKernelExtraSize = 32; // what the kernel takes for granted when the field is 0

    private readonly ReadOnlySpan<byte> _bytes;

    private Inode(ReadOnlySpan<byte> bytes, long number, long offset)
    {
        _bytes = bytes;
        Number = number;
        Offset = offset;
    }

    public long Number { get; }

    /// <summary>Where the inode stands on the volume, in bytes.</summary>
    public long Offset { get; }

    public ushort Mode => U16(Field.Mode);

    /// <summary>Null when the mode's type bits name no type.</summary>
    public NodeType? Type => (Mode & 0xF000) switch
    {
        0x1000 => NodeType.Fifo,
        0x2000 => NodeType.CharacterDevice,
        0x4000 => NodeType.Directory,
        0x6000 => NodeType.BlockDevice,
        0x8000 => NodeType.File,
        0xA000 => NodeType.SymbolicLink,
        0xC000 => NodeType.Socket,
        _ => null,
    };

    public uint Uid => U16(Field.UidLow) | (uint)U16(Field.UidHigh) << 16;

    public uint Gid => U16(Field.GidLow) | (uint)U16(Field.GidHigh) << 16;

    public uint SizeLow => U32(Field.SizeLow);

    public uint SizeHigh => U32(Field.SizeHigh);

    public uint AccessSeconds => U32(Field.AccessTime);

    public uint ModifiedSeconds => U32(Field.ModifiedTime);

    public ushort LinkCount => U16(Field.LinkCount);

    public InodeFlags Flags => (InodeFlags)U32(Field.Flags);

    public ReadOnlySpan<byte> BlockMap => _bytes.Slice(Field.BlockMap, BlockMapSize);

    public uint Generation => U32(Field.Generation);

    /// <summary>How many 512-byte sectors it takes, or blocks with <see cref="InodeFlags.HugeFile"/>.</summary>
    public long SectorCount => U32(Field.BlocksLow) | (long)U16(Field.BlocksHigh) << 32;

    /// <summary>The block of the extended attributes that did not fit; 0 for none.</summary>
    public long AttributeBlock(bool is64Bit) => U32(Field.AttributeBlockLow) | (is64Bit ? (long)U16(Field.AttributeBlockHigh) << 32 : 0);

    /// <summary>The seed of all checksums of this inode's structures.</summary>
    public uint ChecksumSeed(uint fileSystemSeed) => Crc32C.Append(Crc32C.Append(fileSystemSeed, (uint)Number), Generation);

    /// <summary>The part behind the fixed fields, where extended attributes begin; empty when there is none.</summary>
    public ReadOnlySpan<byte> ExtraSpace => _bytes.Length > GoodOldSize && ExtraSize > 0 ? _bytes[(GoodOldSize + ExtraSize)..] : [];

    private int ExtraSize => _bytes.Length > GoodOldSize ? U16(Field.ExtraSize) : 0;

    /// <exception cref="CorruptImageException">The checksum or the size of the fixed fields is wrong.</exception>
    public static Inode Parse(ReadOnlySpan<byte> bytes, long number, long offset, Geometry geometry)
    {
        var inode = new Inode(bytes, number, offset);
        if (geometry.HasChecksums)
            inode.CheckChecksum(geometry.ChecksumSeed);
        if (inode.ExtraSize % 4 != 0 || GoodOldSize + inode.ExtraSize > bytes.Length)
            throw inode.Corrupt("EXT4-034", $"extra size is {inode.ExtraSize}, a multiple of 4 up to {bytes.Length - GoodOldSize} allowed");
        return inode;
    }

    public Timestamp ModifiedTime => Time(Field.ModifiedTime, Field.ModifiedTimeExtra);

    public Timestamp ChangedTime => Time(Field.ChangedTime, Field.ChangedTimeExtra);

    public CorruptImageException Corrupt(string code, string detail) => ExtError.Corrupt(code, $"inode {Number} at {Offset}: {detail}");

    /// <exception cref="CorruptImageException">A time has more nanoseconds than a second; it is then read without them.</exception>
    public void CheckTimes()
    {
        foreach (int field in (ReadOnlySpan<int>)[Field.ModifiedTimeExtra, Field.ChangedTimeExtra])
        {
            if (Extra(field) >> 2 is > MaxNanoseconds and var nanoseconds)
                throw Corrupt("EXT4-036", $"time at 0x{field:x} has {nanoseconds} nanoseconds, at most {MaxNanoseconds} allowed");
        }
    }

    // The extra field widens 32-bit seconds by two bits (to 2446) and holds nanoseconds in the other thirty.
    private Timestamp Time(int field, int extraField)
    {
        uint extra = Extra(extraField);
        uint nanoseconds = extra >> 2;
        return new Timestamp((int)U32(field) + ((long)(extra & 3) << 32), nanoseconds > MaxNanoseconds ? 0 : (int)nanoseconds);
    }

    // 0 where there is no such field.
    private uint Extra(int field)
    {
        if (_bytes.Length == GoodOldSize)
            return 0;
        int extraSize = ExtraSize == 0 ? FirstKernelExtraSize : ExtraSize;
        return field + sizeof(uint) > GoodOldSize + extraSize ? 0 : U32(field);
    }

    /// <summary>Puts in the checksum that the other bytes of an inode sum up to.</summary>
    public static void WriteChecksum(Span<byte> bytes, long number, uint fileSystemSeed)
    {
        var inode = new Inode(bytes, number, 0);
        uint crc = inode.ComputeChecksum(fileSystemSeed);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[Field.ChecksumLow..], (ushort)crc);
        if (inode.HasLongChecksum)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[Field.ChecksumHigh..], (ushort)(crc >> 16));
    }

    private bool HasLongChecksum => ExtraSize >= Field.ChecksumHigh + sizeof(ushort) - GoodOldSize;

    private void CheckChecksum(uint fileSystemSeed)
    {
        uint stored = U16(Field.ChecksumLow) | (HasLongChecksum ? (uint)U16(Field.ChecksumHigh) << 16 : 0);
        uint computed = ComputeChecksum(fileSystemSeed);
        if (stored != computed)
            throw Corrupt("EXT4-031", $"checksum is 0x{stored:x8}, its bytes sum up to 0x{computed:x8}");
    }

    private uint ComputeChecksum(uint fileSystemSeed)
    {
        uint crc = Crc32C.Append(ChecksumSeed(fileSystemSeed), _bytes[..Field.ChecksumLow]);
        crc = Crc32C.AppendZeros(crc, sizeof(ushort));
        if (!HasLongChecksum)
            return (ushort)Crc32C.Append(crc, _bytes[(Field.ChecksumLow + sizeof(ushort))..]);
        crc = Crc32C.Append(crc, _bytes[(Field.ChecksumLow + sizeof(ushort))..Field.ChecksumHigh]);
        crc = Crc32C.AppendZeros(crc, sizeof(ushort));
        return Crc32C.Append(crc, _bytes[(Field.ChecksumHigh + sizeof(ushort))..]);
    }

    private ushort U16(int field) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[field..]);

    private uint U32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[field..]);

    private static class Field
    {
        public const int Mode = 0x00;
        public const int UidLow = 0x02;
        public const int SizeLow = 0x04;
        public const int AccessTime = 0x08;
        public const int ChangedTime = 0x0C;
        public const int ModifiedTime = 0x10;
        public const int GidLow = 0x18;
        public const int LinkCount = 0x1A;
        public const int BlocksLow = 0x1C;
        public const int Flags = 0x20;
        public const int BlockMap = 0x28;
        public const int Generation = 0x64;
        public const int AttributeBlockLow = 0x68;
        public const int SizeHigh = 0x6C;
        public const int BlocksHigh = 0x74;
        public const int AttributeBlockHigh = 0x76;
        public const int UidHigh = 0x78;
        public const int GidHigh = 0x7A;
        public const int ChecksumLow = 0x7C;
        public const int ExtraSize = 0x80;
        public const int ChecksumHigh = 0x82;
        public const int ChangedTimeExtra = 0x84;
        public const int ModifiedTimeExtra = 0x88;
    }
}
