using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>
/// Reads the extended attributes of an inode: behind its fixed fields, in a block of their own, and large values in inodes of their own.
/// </summary>
internal sealed class AttributeReader(IBlockReader reader, Geometry geometry, InodeTable inodes, FileMap map, Limits limits)
{
    private const uint Magic = 0xEA020000;
    private const int BlockHeaderSize = 32;
    private const int ChecksumOffset = 0x10;

    private static ReadOnlySpan<byte> NoEntries => [0, 0, 0, 0];

    /// <summary>Is told which blocks of attributes are read; null when nobody wants to know.</summary>
    public ISpaceWatcher? Watcher { get; set; }

    /// <summary>Returns the attributes within the inode.</summary>
    public static AttributeEntries GetInodeEntries(Inode inode)
    {
        ReadOnlySpan<byte> space = inode.ExtraSpace;
        // Without room for the magic number and the end there is nothing, and no magic number means the same.
        return HasInodeEntries(inode) ? new AttributeEntries(space[sizeof(uint)..], 0, inode.Number, inode.Offset)
            : new AttributeEntries(NoEntries, 0, inode.Number, inode.Offset);
    }

    /// <summary>Returns the attributes in a block of their own.</summary>
    public static AttributeEntries GetBlockEntries(IBlockReader reader, Geometry geometry, Inode inode, long block)
    {
        long offset = block * geometry.BlockSize;
        CheckIsThere(geometry, inode, block);
        ReadOnlySpan<byte> bytes = reader.GetBlock(block);
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        uint blocks = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (magic != Magic || blocks != 1)
            throw ExtError.Corrupt("EXT4-071",
                $"extended attributes of inode {inode.Number} at {offset}: magic is 0x{magic:x8} with {blocks} blocks, 0x{Magic:x8} with "
                + "1 needed");
        if (geometry.HasChecksums)
        {
            uint computed = ComputeChecksum(geometry, bytes, block);
            uint stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]);
            if (stored != computed)
                throw ExtError.Corrupt("EXT4-074",
                    $"extended attributes of inode {inode.Number} at {offset}: checksum is 0x{stored:x8}, its bytes sum up to "
                    + $"0x{computed:x8}");
        }

        return new AttributeEntries(bytes, BlockHeaderSize, inode.Number, offset);
    }

    /// <summary>Computes the checksum that a block of attributes should have at its place.</summary>
    public static uint ComputeChecksum(Geometry geometry, ReadOnlySpan<byte> bytes, long block)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, block);
        uint crc = Crc32C.Append(Crc32C.Append(geometry.ChecksumSeed, number), bytes[..ChecksumOffset]);
        return Crc32C.Append(Crc32C.AppendZeros(crc, sizeof(uint)), bytes[(ChecksumOffset + sizeof(uint))..]);
    }

    /// <summary>Returns all attributes that the kernel would show, sorted by the bytes of their names.</summary>
    /// <param name="damage">Takes what could not be read: an attribute, or all of the inode's or of the block's. Null to throw.</param>
    /// <exception cref="CorruptImageException">Their block cannot be one, which costs the inode itself, as in the kernel.</exception>
    public IReadOnlyList<ExtendedAttribute> Read(Inode inode, DamageList? damage = null)
    {
        long block = inode.AttributeBlock(geometry.Has(IncompatibleFeatures.SixtyFourBit));
        if (block != 0)
            CheckPlace(inode, block);
        List<ExtendedAttribute>? attributes = null;
        long total = 0;
        try
        {
            if (HasInodeEntries(inode))
                Collect(inode, GetInodeEntries(inode), damage, ref attributes, ref total);
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(e);
        }

        try
        {
            if (block != 0)
            {
                Collect(inode, GetBlockEntries(reader, geometry, inode, block), damage, ref attributes, ref total);
                Watcher?.InUse(new ByteRange(block * geometry.BlockSize, geometry.BlockSize), inode.Number, "extended attributes");
            }
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(e);
        }

        if (attributes is null)
            return [];
        attributes.Sort(static (left, right) => left.Name.Span.SequenceCompareTo(right.Name.Span));
        for (int i = 1; i < attributes.Count; i++)
        {
            if (!attributes[i].Name.Span.SequenceEqual(attributes[i - 1].Name.Span))
                continue;
            CorruptImageException twice = inode.Corrupt("EXT4-078", "an extended attribute is there twice, once allowed");
            if (damage is null)
                throw twice;
            damage.Add(twice);
            attributes.RemoveAt(i--);
        }

        return attributes;
    }

    public static bool HasInodeEntries(Inode inode) =>
        inode.ExtraSpace.Length >= 2 * sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(inode.ExtraSpace) == Magic;

    private void CheckPlace(Inode inode, long block)
    {
        CheckIsThere(geometry, inode, block);
        map.Reserved.Check(inode.Number, block, 1);
    }

    private static void CheckIsThere(Geometry geometry, Inode inode, long block)
    {
        if (!geometry.Contains(block, 1))
            throw inode.Corrupt("EXT4-037",
                $"block of extended attributes is {block}, {geometry.FirstDataBlock + 1} to {geometry.ReadableBlocks - 1} allowed");
    }

    private void Collect(Inode inode, AttributeEntries entries, DamageList? damage, ref List<ExtendedAttribute>? attributes, ref long total)
    {
        Check(inode, entries); // as the kernel does: where one is wrong, none is to be trusted
        while (entries.MoveNext())
        {
            byte[]? prefix = AttributePrefix.Get(entries.NameIndex);
            if (prefix is null || InlineData.IsInlineData(entries))
                continue;
            total += prefix.Length + entries.Name.Length + entries.ValueSize;
            if (total > limits.MaxXattrBytes)
                throw inode.Corrupt("EXT4-075", $"extended attributes take {total} bytes or more, at most {limits.MaxXattrBytes} allowed");
            byte[] name = new byte[prefix.Length + entries.Name.Length];
            prefix.CopyTo(name, 0);
            entries.Name.CopyTo(name.AsSpan(prefix.Length));
            try
            {
                (attributes ??= []).Add(new ExtendedAttribute(name, ReadValue(inode, entries)));
            }
            catch (CorruptImageException e) when (damage is not null)
            {
                damage.Add(e);
            }
        }
    }

    private void Check(Inode inode, AttributeEntries entries)
    {
        while (entries.MoveNext())
        {
            if (entries.ValueInode != 0 && !geometry.Has(IncompatibleFeatures.AttributeInodes))
                throw inode.Corrupt("EXT4-076",
                    $"the value of an extended attribute is in inode {entries.ValueInode}, and the file system has no ea_inode");
            if (entries.ValueInode != 0 && entries.ValueSize == 0)
                throw inode.Corrupt("EXT4-076",
                    $"the value of an extended attribute is in inode {entries.ValueInode}, and has 0 bytes, at least 1 needed");
        }
    }

    private byte[] ReadValue(Inode inode, AttributeEntries entry)
    {
        byte[] value = entry.ValueInode == 0 ? entry.Value.ToArray() : ReadValueInode(inode, entry);
        return entry.NameIndex is AttributePrefix.AccessAcl or AttributePrefix.DefaultAcl
            ? PosixAcl.ToShownForm(value) ?? throw inode.Corrupt("EXT4-077", $"access control list of {value.Length} bytes breaks its form")
            : value;
    }

    private byte[] ReadValueInode(Inode inode, AttributeEntries entry)
    {
        Inode holder = inodes.GetValue(entry.ValueInode);
        if (map.GetSize(holder) != entry.ValueSize)
            throw holder.Corrupt("EXT4-076",
                $"it holds {holder.SizeLow} bytes, a value of {entry.ValueSize} bytes of inode {inode.Number} needed");
        byte[] value = new byte[entry.ValueSize];
        map.Read(map.GetRuns(holder, value.Length), 0, value);

        // The hash of the value stands where the access time would; Lustre's older form has a link back to the owner instead.
        uint hash = Crc32C.Append(geometry.ChecksumSeed, value);
        bool isLustre = holder.ModifiedSeconds == inode.Number && holder.Generation == inode.Generation;
        if (holder.AccessSeconds != hash && !isLustre)
            throw holder.Corrupt("EXT4-079", $"hash of the value is 0x{holder.AccessSeconds:x8}, its bytes sum up to 0x{hash:x8}");
        return value;
    }
}
