using System.Buffers.Binary;

namespace Mig.FileSystems.Ext.Writing;

// Layout: kernel Documentation/filesystems/ext4, "Extended Attributes". All integers little-endian.
/// <summary>
/// Changes the extended attributes of an inode: first within it, then in its block of attributes, then, where the format has that, with the
/// value in an inode of its own. A block that several inodes share is copied before it is changed.
/// </summary>
internal sealed class AttributeWriter(WritableVolume volume)
{
    private const uint Magic = 0xEA020000;
    private const int BlockHeaderSize = 32;

    /// <summary>Sets an attribute. The inode must be sealed afterwards.</summary>
    public void Set(WritableInode inode, byte nameIndex, ReadOnlySpan<byte> name, byte[] value)
    {
        (List<AttributeItem> inner, List<AttributeItem> outer) = Load(inode);
        bool isShared = IsShared(inode);
        AttributeItem? old = Take(inner, outer, nameIndex, name, out bool wasOuter);
        var item = new AttributeItem(nameIndex, name.ToArray(), value, 0, (uint)value.Length, 0);
        if (!TryPlace(inode, inner, outer, item))
        {
            if (!volume.Geometry.Has(IncompatibleFeatures.AttributeInodes))
                throw new RefusedOperationException(
                    RefusalReason.NoAttributeSpace,
                    $"inode {inode.Number} has no room for an extended attribute of {value.Length} bytes beside its others: they share a "
                    + $"block of {volume.Geometry.BlockSize} bytes");
            item = item with { Value = [], ValueInode = 1 };
            if (!TryPlace(inode, inner, outer, item))
                throw new RefusedOperationException(
                    RefusalReason.NoAttributeSpace, $"inode {inode.Number} has no room for the name of another extended attribute");
            inner.Remove(item);
            outer.Remove(item);
            item = new AttributeValues(volume).Create(inode, item, value);
            TryPlace(inode, inner, outer, item);
        }

        Store(inode, inner, outer);
        inode.SetBlockCount(Math.Max(0, inode.BlockCount - CountBlocks(old)) + CountBlocks(item));
        if (old is not null && old.ValueInode != 0 && !(wasOuter && isShared))
            new AttributeValues(volume).Release(old.ValueInode);
        volume.Superblock.Add(CompatibleFeatures.ExtendedAttributes);
    }

    /// <summary>Removes an attribute. The inode must be sealed afterwards.</summary>
    /// <returns>False when there is none.</returns>
    public bool Remove(WritableInode inode, byte nameIndex, ReadOnlySpan<byte> name)
    {
        (List<AttributeItem> inner, List<AttributeItem> outer) = Load(inode);
        bool isShared = IsShared(inode);
        if (Take(inner, outer, nameIndex, name, out bool wasOuter) is not { } old)
            return false;
        Store(inode, inner, outer);
        inode.SetBlockCount(Math.Max(0, inode.BlockCount - CountBlocks(old)));
        if (old.ValueInode != 0 && !(wasOuter && isShared))
            new AttributeValues(volume).Release(old.ValueInode);
        return true;
    }

    /// <summary>Returns an attribute's value.</summary>
    /// <returns>Null when there is none.</returns>
    public byte[]? Find(WritableInode inode, byte nameIndex, ReadOnlySpan<byte> name)
    {
        (List<AttributeItem> inner, List<AttributeItem> outer) = Load(inode);
        return Take(inner, outer, nameIndex, name, out _)?.Value;
    }

    /// <summary>Gives up all that an inode has, before it goes.</summary>
    public void ReleaseAll(WritableInode inode)
    {
        (List<AttributeItem> inner, _) = Load(inode);
        foreach (AttributeItem item in inner.Where(static item => item.ValueInode != 0))
            new AttributeValues(volume).Release(item.ValueInode);
        if (inode.AttributeBlock != 0)
            ReleaseBlock(inode.AttributeBlock, inode);
        inode.AttributeBlock = 0;
    }

    private static AttributeItem? Take(
        List<AttributeItem> inner, List<AttributeItem> outer, byte nameIndex, ReadOnlySpan<byte> name, out bool wasOuter)
    {
        wasOuter = false;
        foreach (List<AttributeItem> list in (List<AttributeItem>[])[inner, outer])
        {
            for (int i = 0; i < list.Count; i++)
            {
                if (!list[i].IsNamed(nameIndex, name))
                    continue;
                AttributeItem found = list[i];
                list.RemoveAt(i);
                wasOuter = list == outer;
                return found;
            }
        }

        return null;
    }

    private static List<AttributeItem> Collect(AttributeEntries entries, WritableVolume volume)
    {
        var items = new List<AttributeItem>();
        while (entries.MoveNext())
        {
            uint hash = entries.ValueInode == 0 ? 0 : new AttributeValues(volume).GetHash(entries.ValueInode);
            items.Add(new AttributeItem(entries.NameIndex, entries.Name.ToArray(), entries.Value.ToArray(), entries.ValueInode,
                entries.ValueSize, hash));
        }

        return items;
    }

    // The attributes of a shared block, and the values that they name, are others' too.
    private bool IsShared(WritableInode inode) =>
        inode.AttributeBlock != 0 && GetReferenceCount(volume.Store.Get(inode.AttributeBlock)) > 1;

    private (List<AttributeItem> Inner, List<AttributeItem> Outer) Load(WritableInode inode)
    {
        Inode view = inode.View;
        List<AttributeItem> inner = Collect(AttributeReader.GetInodeEntries(view), volume);
        List<AttributeItem> outer = inode.AttributeBlock == 0 ? []
            : Collect(AttributeReader.GetBlockEntries(volume.Store, volume.Geometry, view, inode.AttributeBlock), volume);
        return (inner, outer);
    }

    // A value in an inode of its own counts for its owner too, in whole clusters.
    private long CountBlocks(AttributeItem? item) =>
        item is null || item.ValueInode == 0 ? 0 : volume.Allocator.CountClusters(
            (item.ValueSize + volume.Geometry.BlockSize - 1) / volume.Geometry.BlockSize) * volume.Geometry.BlocksPerCluster;

    private bool TryPlace(WritableInode inode, List<AttributeItem> inner, List<AttributeItem> outer, AttributeItem item)
    {
        if (AttributeItem.SizeOf(inner) + item.EntrySize + item.StoredValueSize <= inode.ExtraSpace.Length - sizeof(uint))
            inner.Add(item);
        else if (AttributeItem.SizeOf(outer) + item.EntrySize + item.StoredValueSize <= volume.Geometry.BlockSize - BlockHeaderSize)
            outer.Add(item);
        else
            return false;
        return true;
    }

    private void Store(WritableInode inode, List<AttributeItem> inner, List<AttributeItem> outer)
    {
        Span<byte> space = inode.ExtraSpace;
        if (space.Length > 2 * sizeof(uint))
        {
            space.Clear();
            if (inner.Count > 0)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(space, Magic);
                AttributeItem.Write(space[sizeof(uint)..], 0, inner, hasHashes: false);
            }
        }

        long old = inode.AttributeBlock;
        if (outer.Count == 0)
        {
            if (old == 0)
                return;
            inode.AttributeBlock = 0;
            inode.SetBlockCount(inode.BlockCount - volume.Geometry.BlocksPerCluster);
            ReleaseBlock(old, inode, keepValues: true);
            return;
        }

        outer.Sort(AttributeItem.Compare);
        byte[] made = MakeBlock(outer);
        if (old != 0 && GetReferenceCount(volume.Store.Get(old)) == 1)
        {
            Seal(made, old);
            if (!volume.Store.Get(old).AsSpan().SequenceEqual(made))
                made.CopyTo(volume.Store.Edit(old), 0);
            return;
        }

        long block = volume.Allocator.Allocate(
            volume.Geometry.FirstBlockOfGroup((inode.Number - 1) / volume.Geometry.InodesPerGroup), 1).Offset;
        Seal(made, block);
        made.CopyTo(volume.Store.Create(block), 0);
        inode.AttributeBlock = block;
        if (old == 0)
        {
            inode.SetBlockCount(inode.BlockCount + volume.Geometry.BlocksPerCluster);
            return;
        }

        // The other inodes keep the old block, and both name the values that lie in inodes.
        foreach (AttributeItem item in outer.Where(static item => item.ValueInode != 0))
            new AttributeValues(volume).Share(item.ValueInode);
        SetReferenceCount(old, GetReferenceCount(volume.Store.Get(old)) - 1);
    }

    /// <param name="keepValues">Whether the values in inodes are released elsewhere.</param>
    private void ReleaseBlock(long block, WritableInode inode, bool keepValues = false)
    {
        List<AttributeItem> items = Collect(AttributeReader.GetBlockEntries(volume.Store, volume.Geometry, inode.View, block), volume);
        uint count = GetReferenceCount(volume.Store.Get(block));
        if (count > 1)
        {
            SetReferenceCount(block, count - 1);
            return;
        }

        foreach (AttributeItem item in items.Where(item => item.ValueInode != 0 && !keepValues))
            new AttributeValues(volume).Release(item.ValueInode);
        long first = block - ((block - volume.Geometry.FirstDataBlock) % volume.Geometry.BlocksPerCluster);
        volume.Allocator.Free(first, 1);
    }

    private byte[] MakeBlock(List<AttributeItem> items)
    {
        const int shift = 16;
        byte[] block = new byte[volume.Geometry.BlockSize];
        AttributeItem.Write(block, BlockHeaderSize, items, hasHashes: true);
        uint hash = 0;
        foreach (uint entry in items.Select(static item => item.ComputeHash()))
        {
            if (entry == 0)
            {
                hash = 0;
                break;
            }

            hash = (hash << shift) ^ (hash >> (32 - shift)) ^ entry;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(Field.Magic), Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(Field.ReferenceCount), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(Field.BlockCount), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(Field.Hash), hash);
        return block;
    }

    private static uint GetReferenceCount(byte[] block) => BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(Field.ReferenceCount));

    private void SetReferenceCount(long block, uint count)
    {
        byte[] bytes = volume.Store.Edit(block);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Field.ReferenceCount), count);
        Seal(bytes, block);
    }

    private void Seal(Span<byte> bytes, long block)
    {
        if (volume.Geometry.HasChecksums)
            BinaryPrimitives.WriteUInt32LittleEndian(
                bytes[Field.Checksum..], AttributeReader.ComputeChecksum(volume.Geometry, bytes, block));
    }

    private static class Field
    {
        public const int Magic = 0x00;
        public const int ReferenceCount = 0x04;
        public const int BlockCount = 0x08;
        public const int Hash = 0x0C;
        public const int Checksum = 0x10;
    }
}
