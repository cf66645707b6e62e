using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>
/// Reads and changes the counts of groups and their bitmaps, and keeps bitmaps, counts and checksums true to one another.
/// </summary>
internal sealed class WritableGroups(BlockStore blocks, Geometry geometry, GroupTable table, IReadOnlyList<FileExtent> journal)
{
    private readonly HashSet<int> _checkedBlocks = [];
    private readonly HashSet<int> _checkedInodes = [];
    private List<ByteRange>? _zones;

    /// <summary>All metadata with a fixed place, in blocks: nothing of it is ever allocated or freed.</summary>
    public IReadOnlyList<ByteRange> Zones => _zones ??= MetadataZones.Find(geometry, table, journal);

    private bool HasGroupChecksums => geometry.HasChecksums || geometry.Has(ReadOnlyCompatibleFeatures.GroupChecksums);

    /// <summary>Returns a group's counts; they must not be changed.</summary>
    public WritableGroup Get(int group)
    {
        _ = table[group]; // checks the descriptor when it is first seen
        return new(blocks.Get(BlockOf(group)).AsSpan(PlaceOf(group), geometry.DescriptorSize), geometry, (uint)group);
    }

    public WritableGroup Edit(int group)
    {
        _ = table[group];
        return new(blocks.Edit(BlockOf(group)).AsSpan(PlaceOf(group), geometry.DescriptorSize), geometry, (uint)group);
    }

    /// <summary>Returns how many clusters a group has; the last one may have fewer.</summary>
    public int CountClusters(int group)
    {
        long count = Math.Min(geometry.BlocksPerGroup, geometry.BlockCount - geometry.FirstBlockOfGroup(group));
        return (int)((count + geometry.BlocksPerCluster - 1) / geometry.BlocksPerCluster);
    }

    /// <summary>Returns a bitmap of clusters to read; of a group whose bitmap was never written, what it would be.</summary>
    public ReadOnlySpan<byte> GetBlockBitmap(int group)
    {
        if (IsNotWritten(group, GroupDescriptor.BlockBitmapNotWritten))
            return MakeBlockBitmap(group);
        byte[] bitmap = blocks.Get(table[group].BlockBitmap);
        if (_checkedBlocks.Add(group))
            CheckBlockBitmap(group, bitmap);
        return bitmap;
    }

    /// <summary>Sets or clears bits of a group's clusters, which must all have the other value.</summary>
    public void MarkClusters(int group, int first, int count, bool isUsed)
    {
        if (IsNotWritten(group, GroupDescriptor.BlockBitmapNotWritten))
            WriteBlockBitmap(group);
        ReadOnlySpan<byte> before = GetBlockBitmap(group);
        if (Bitmap.IndexOf(before, isUsed, first, first + count) != first + count)
            throw ExtError.Corrupt("EXT4-111",
                $"block bitmap of group {group}: clusters {first} to {first + count - 1} are {(isUsed ? "used" : "free")} in part; run "
                + "e2fsck on the volume");
        byte[] bitmap = blocks.Edit(table[group].BlockBitmap);
        Bitmap.Fill(bitmap, first, count, isUsed);
        WritableGroup descriptor = Edit(group);
        descriptor.FreeClusters = (uint)(descriptor.FreeClusters + (isUsed ? -count : count));
        if (geometry.HasChecksums)
            descriptor.SetBlockBitmapChecksum(Crc32C.Append(geometry.ChecksumSeed, bitmap.AsSpan(0, geometry.ClustersPerGroup / 8)));
        descriptor.Seal();
    }

    /// <summary>Returns a bitmap of inodes to read; all free where it was never written.</summary>
    public ReadOnlySpan<byte> GetInodeBitmap(int group)
    {
        if (IsNotWritten(group, GroupDescriptor.InodeBitmapNotWritten))
            return new byte[geometry.BlockSize];
        byte[] bitmap = blocks.Get(table[group].InodeBitmap);
        if (_checkedInodes.Add(group))
            CheckInodeBitmap(group, bitmap);
        return bitmap;
    }

    public void MarkInode(int group, int index, bool isUsed, bool isDirectory)
    {
        if (IsNotWritten(group, GroupDescriptor.InodeBitmapNotWritten))
            WriteInodeBitmap(group);
        if (Bitmap.Get(GetInodeBitmap(group), index) == isUsed)
            throw ExtError.Corrupt("EXT4-112",
                $"inode bitmap of group {group}: inode {(group * geometry.InodesPerGroup) + index + 1} is {(isUsed ? "used" : "free")} "
                + "already; run e2fsck on the volume");
        byte[] bitmap = blocks.Edit(table[group].InodeBitmap);
        Bitmap.Fill(bitmap, index, 1, isUsed);
        WritableGroup descriptor = Edit(group);
        descriptor.FreeInodes = (uint)(descriptor.FreeInodes + (isUsed ? -1 : 1));
        if (isDirectory)
            descriptor.UsedDirectories = (uint)Math.Max(0L, descriptor.UsedDirectories + (isUsed ? 1L : -1L));
        if (isUsed && HasGroupChecksums)
            descriptor.UnusedInodes = (uint)Math.Min(descriptor.UnusedInodes, geometry.InodesPerGroup - index - 1);
        if (geometry.HasChecksums)
            descriptor.SetInodeBitmapChecksum(Crc32C.Append(geometry.ChecksumSeed, bitmap.AsSpan(0, (int)geometry.InodesPerGroup / 8)));
        descriptor.Seal();
    }

    private long BlockOf(int group) => table.FindDescriptor(group) / geometry.BlockSize;

    private int PlaceOf(int group) => (int)(table.FindDescriptor(group) % geometry.BlockSize);

    private bool IsNotWritten(int group, ushort flag) => HasGroupChecksums && (Get(group).Flags & flag) != 0;

    private void WriteBlockBitmap(int group)
    {
        byte[] made = MakeBlockBitmap(group);
        WritableGroup descriptor = Edit(group);
        made.CopyTo(blocks.Create(table[group].BlockBitmap), 0);
        descriptor.Flags &= unchecked((ushort)~GroupDescriptor.BlockBitmapNotWritten);
        int free = Bitmap.CountClear(made, CountClusters(group));
        if (free != descriptor.FreeClusters)
            throw Corrupt("EXT4-113", group,
                $"without a block bitmap it has {free} free clusters, the descriptor says {descriptor.FreeClusters}; run e2fsck on the "
                + "volume");
        if (geometry.HasChecksums)
            descriptor.SetBlockBitmapChecksum(Crc32C.Append(geometry.ChecksumSeed, made.AsSpan(0, geometry.ClustersPerGroup / 8)));
        descriptor.Seal();
    }

    private void WriteInodeBitmap(int group)
    {
        // As the kernel does it, a group with inodes has its bitmap of blocks written too.
        if (IsNotWritten(group, GroupDescriptor.BlockBitmapNotWritten))
            WriteBlockBitmap(group);
        byte[] bitmap = blocks.Create(table[group].InodeBitmap);
        Bitmap.Fill(bitmap, (int)geometry.InodesPerGroup, (geometry.BlockSize * 8) - (int)geometry.InodesPerGroup, true);
        WritableGroup descriptor = Edit(group);
        descriptor.Flags &= unchecked((ushort)~GroupDescriptor.InodeBitmapNotWritten);
        if (geometry.HasChecksums)
            descriptor.SetInodeBitmapChecksum(Crc32C.Append(geometry.ChecksumSeed, bitmap.AsSpan(0, (int)geometry.InodesPerGroup / 8)));
        descriptor.Seal();
    }

    private byte[] MakeBlockBitmap(int group)
    {
        byte[] bitmap = new byte[geometry.BlockSize];
        int count = CountClusters(group);
        Bitmap.Fill(bitmap, count, (geometry.BlockSize * 8) - count, true);
        MarkZones(group, bitmap);
        return bitmap;
    }

    private void MarkZones(int group, byte[] bitmap)
    {
        long first = geometry.FirstBlockOfGroup(group);
        var bounds = new ByteRange(first, CountClusters(group) * geometry.BlocksPerCluster);
        foreach (ByteRange zone in Zones)
        {
            ByteRange part = zone.Intersect(bounds);
            if (!part.IsEmpty)
                Bitmap.Fill(bitmap, (int)((part.Offset - first) / geometry.BlocksPerCluster),
                    (int)(part.Length / geometry.BlocksPerCluster), true);
        }
    }

    private void CheckBlockBitmap(int group, byte[] bitmap)
    {
        if (geometry.HasChecksums)
        {
            Group descriptor = table[group];
            uint stored = new GroupDescriptor(
                blocks.Get(BlockOf(group)).AsSpan(PlaceOf(group), geometry.DescriptorSize)).BlockBitmapChecksum;
            uint computed = Crc32C.Append(
                geometry.ChecksumSeed, bitmap.AsSpan(0, geometry.ClustersPerGroup / 8)) & descriptor.BlockBitmapChecksumMask;
            if (stored != computed)
                throw Corrupt("EXT4-080", group, $"block bitmap: checksum is 0x{stored:x8}, its bytes sum up to 0x{computed:x8}");
        }

        int count = CountClusters(group);
        int free = Bitmap.CountClear(bitmap, count);
        if (free != Get(group).FreeClusters)
            throw Corrupt("EXT4-113", group,
                $"block bitmap has {free} free clusters, the descriptor says {Get(group).FreeClusters}; run e2fsck on the volume");
        byte[] zones = [.. bitmap];
        MarkZones(group, zones);
        if (!zones.AsSpan().SequenceEqual(bitmap))
            throw Corrupt("EXT4-114", group, "block bitmap says that blocks of metadata are free; run e2fsck on the volume");
    }

    private void CheckInodeBitmap(int group, byte[] bitmap)
    {
        WritableGroup descriptor = Get(group);
        if (geometry.HasChecksums)
        {
            uint computed = Crc32C.Append(
                geometry.ChecksumSeed, bitmap.AsSpan(0, (int)geometry.InodesPerGroup / 8)) & descriptor.ChecksumMask;
            if (descriptor.InodeBitmapChecksum != computed)
                throw Corrupt("EXT4-115", group,
                    $"inode bitmap: checksum is 0x{descriptor.InodeBitmapChecksum:x8}, its bytes sum up to 0x{computed:x8}");
        }

        int free = Bitmap.CountClear(bitmap, (int)geometry.InodesPerGroup);
        if (free != descriptor.FreeInodes)
            throw Corrupt("EXT4-116", group,
                $"inode bitmap has {free} free inodes, the descriptor says {descriptor.FreeInodes}; run e2fsck on the volume");
    }

    private static CorruptImageException Corrupt(string code, int group, string detail) =>
        ExtError.Corrupt(code, $"group {group}: {detail}");
}
