using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>An inode to change, in the block that holds it; <see cref="Seal"/> when done. Good for one operation.</summary>
internal sealed class WritableInode
{
    private const int GoodOldSize = 128;
    private const long MinSeconds = int.MinValue;
    private const long MaxSeconds = (3L << 32) + int.MaxValue;
    private const int SectorSize = 512;

    private readonly byte[] _block;
    private readonly int _place;
    private readonly Geometry _geometry;

    public WritableInode(byte[] block, int place, long number, Geometry geometry)
    {
        _block = block;
        _place = place;
        _geometry = geometry;
        Number = number;
    }

    public long Number { get; }

    public ushort Mode
    {
        get => U16(Field.Mode);
        set => Set16(Field.Mode, value);
    }

    public uint LinkCount
    {
        get => U16(Field.LinkCount);
        set => Set16(Field.LinkCount, (ushort)value);
    }

    public InodeFlags Flags
    {
        get => (InodeFlags)U32(Field.Flags);
        set => Set32(Field.Flags, (uint)value);
    }

    public long Size
    {
        get => U32(Field.SizeLow) | ((long)U32(Field.SizeHigh) << 32);
        set
        {
            Set32(Field.SizeLow, (uint)value);
            Set32(Field.SizeHigh, (uint)(value >> 32));
        }
    }

    public uint Generation
    {
        get => U32(Field.Generation);
        set => Set32(Field.Generation, value);
    }

    public uint AccessSeconds
    {
        get => U32(Field.AccessTime);
        set => Set32(Field.AccessTime, value);
    }

    public uint ChangedSeconds
    {
        get => U32(Field.ChangedTime);
        set => Set32(Field.ChangedTime, value);
    }

    public uint Version
    {
        get => U32(Field.Version);
        set => Set32(Field.Version, value);
    }

    public uint DeletionTime
    {
        get => U32(Field.DeletionTime);
        set => Set32(Field.DeletionTime, value);
    }

    public long AttributeBlock
    {
        get => U32(Field.AttributeBlockLow)
            | (_geometry.Has(IncompatibleFeatures.SixtyFourBit) ? (long)U16(Field.AttributeBlockHigh) << 32 : 0);
        set
        {
            Set32(Field.AttributeBlockLow, (uint)value);
            if (_geometry.Has(IncompatibleFeatures.SixtyFourBit))
                Set16(Field.AttributeBlockHigh, (ushort)(value >> 32));
        }
    }

    /// <summary>How many fixed fields behind the first 128 bytes there are, in bytes.</summary>
    public int ExtraSize
    {
        get => _geometry.InodeSize > GoodOldSize ? U16(Field.ExtraSize) : 0;
        set => Set16(Field.ExtraSize, (ushort)value);
    }

    public uint ProjectId
    {
        get => Has(Field.ProjectId) ? U32(Field.ProjectId) : 0;
        set => Set32(Field.ProjectId, value);
    }

    /// <summary>How many blocks it takes, all included.</summary>
    public long BlockCount
    {
        get
        {
            long stored = U32(Field.BlocksLow)
                | (_geometry.Has(ReadOnlyCompatibleFeatures.HugeFile) ? (long)U16(Field.BlocksHigh) << 32 : 0);
            return (Flags & InodeFlags.HugeFile) != 0 ? stored : stored / (_geometry.BlockSize / SectorSize);
        }
    }

    /// <summary>Block pointers, the root of an extent tree, a short link's target, or inline data.</summary>
    public Span<byte> BlockMap => Bytes.Slice(Field.BlockMap, Inode.BlockMapSize);

    /// <summary>The part behind the fixed fields, where extended attributes have room.</summary>
    public Span<byte> ExtraSpace => ExtraSize > 0 ? Bytes[(GoodOldSize + ExtraSize)..] : [];

    /// <summary>All of it as it is now, sealed, for readers.</summary>
    public Inode View
    {
        get
        {
            Seal();
            return Inode.Parse(Bytes, Number, 0, _geometry);
        }
    }

    private Span<byte> Bytes => _block.AsSpan(_place, _geometry.InodeSize);

    /// <summary>Makes it a new inode: all zeros but for a generation that differs from the last one.</summary>
    public void Clear(int extraSize)
    {
        uint generation = Generation + 1;
        Bytes.Clear();
        Generation = generation;
        if (_geometry.InodeSize > GoodOldSize)
            ExtraSize = extraSize;
    }

    public void SetOwner(uint uid, uint gid)
    {
        Set16(Field.UidLow, (ushort)uid);
        Set16(Field.UidHigh, (ushort)(uid >> 16));
        Set16(Field.GidLow, (ushort)gid);
        Set16(Field.GidHigh, (ushort)(gid >> 16));
    }

    public void SetModifiedTime(Timestamp time) => SetTime(Field.ModifiedTime, Field.ModifiedTimeExtra, time);

    public void SetChangedTime(Timestamp time) => SetTime(Field.ChangedTime, Field.ChangedTimeExtra, time);

    public void SetAccessTime(Timestamp time) => SetTime(Field.AccessTime, Field.AccessTimeExtra, time);

    public void SetCreationTime(Timestamp time)
    {
        if (Has(Field.CreationTime))
            SetTime(Field.CreationTime, Field.CreationTimeExtra, time);
    }

    /// <summary>Says how many blocks the inode takes, all included.</summary>
    /// <exception cref="RefusedOperationException">More than can be said without <c>huge_file</c>.</exception>
    public void SetBlockCount(long blocks)
    {
        long sectors = blocks * (_geometry.BlockSize / SectorSize);
        bool isHuge = (Flags & InodeFlags.HugeFile) != 0;
        if (sectors > uint.MaxValue && !_geometry.Has(ReadOnlyCompatibleFeatures.HugeFile))
            throw new RefusedOperationException(
                RefusalReason.TooLarge, $"a file of {blocks} blocks needs the feature huge_file, which this file system does not have");
        isHuge = _geometry.Has(ReadOnlyCompatibleFeatures.HugeFile) && sectors >= 1L << 48;
        Flags = isHuge ? Flags | InodeFlags.HugeFile : Flags & ~InodeFlags.HugeFile;
        long stored = isHuge ? blocks : sectors;
        Set32(Field.BlocksLow, (uint)stored);
        if (_geometry.Has(ReadOnlyCompatibleFeatures.HugeFile))
            Set16(Field.BlocksHigh, (ushort)(stored >> 32));
    }

    public void Seal()
    {
        if (_geometry.HasChecksums)
            Inode.WriteChecksum(Bytes, Number, _geometry.ChecksumSeed);
    }

    private bool Has(int field) => ExtraSize >= field + sizeof(uint) - GoodOldSize;

    // Cut to what fits, as the kernel does it: an inode of 128 bytes has whole seconds from 1901 to 2038.
    private void SetTime(int field, int extraField, Timestamp time)
    {
        bool hasExtra = Has(extraField);
        long max = hasExtra ? MaxSeconds : int.MaxValue;
        long seconds = Math.Clamp(time.Seconds, MinSeconds, max);
        int nanoseconds = seconds == time.Seconds ? time.Nanoseconds : 0;
        Set32(field, (uint)seconds);
        if (hasExtra)
            Set32(extraField, ((uint)nanoseconds << 2) | (uint)((seconds - (int)seconds) >> 32 & 3));
    }

    private ushort U16(int field) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes[field..]);

    private uint U32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes[field..]);

    private void Set16(int field, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Bytes[field..], value);

    private void Set32(int field, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Bytes[field..], value);

    private static class Field
    {
        public const int Mode = 0x00;
        public const int UidLow = 0x02;
        public const int SizeLow = 0x04;
        public const int AccessTime = 0x08;
        public const int ChangedTime = 0x0C;
        public const int ModifiedTime = 0x10;
        public const int DeletionTime = 0x14;
        public const int GidLow = 0x18;
        public const int LinkCount = 0x1A;
        public const int BlocksLow = 0x1C;
        public const int Flags = 0x20;
        public const int Version = 0x24;
        public const int BlockMap = 0x28;
        public const int Generation = 0x64;
        public const int AttributeBlockLow = 0x68;
        public const int SizeHigh = 0x6C;
        public const int BlocksHigh = 0x74;
        public const int AttributeBlockHigh = 0x76;
        public const int UidHigh = 0x78;
        public const int GidHigh = 0x7A;
        public const int ExtraSize = 0x80;
        public const int ChangedTimeExtra = 0x84;
        public const int ModifiedTimeExtra = 0x88;
        public const int AccessTimeExtra = 0x8C;
        public const int CreationTime = 0x90;
        public const int CreationTimeExtra = 0x94;
        public const int ProjectId = 0x9C;
    }
}
