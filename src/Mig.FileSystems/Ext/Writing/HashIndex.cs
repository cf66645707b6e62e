using System.Buffers.Binary;

namespace Mig.FileSystems.Ext.Writing;

// Layout: kernel Documentation/filesystems/ext4, "Hash Tree Directories". All integers little-endian.
/// <summary>
/// The index of a directory, as a list: which hashes each block of entries begins with. Stored again, its nodes are packed from the left,
/// so that one with the same entries is not touched.
/// </summary>
internal sealed class HashIndex
{
    private const int RootInfoOffset = 24; // behind "." and ".."
    private const int RootInfoSize = 8;
    private const int RootCountOffset = RootInfoOffset + RootInfoSize;
    private const int NodeCountOffset = 8; // behind one unused entry
    private const int EntrySize = 8;
    private const int TailSize = 8;
    private const int MaxLevels = 1;
    private const int MaxLevelsOfLargeDirectory = 2;

    private readonly DirectoryBlocks _blocks;
    private readonly Geometry _geometry;
    private readonly List<uint> _nodes = [];
    private int _levels;

    private HashIndex(DirectoryBlocks blocks, Geometry geometry)
    {
        _blocks = blocks;
        _geometry = geometry;
    }

    public DirectoryHash Hash { get; private init; }

    /// <summary>The blocks of entries, ascending by hash; the first one's hash is 0.</summary>
    public List<(uint Hash, uint Block)> Leaves { get; } = [];

    private int MaxAllowedLevels => _geometry.Has(IncompatibleFeatures.LargeDirectories) ? MaxLevelsOfLargeDirectory : MaxLevels;

    private int RootCapacity => (_geometry.BlockSize - RootCountOffset - (_geometry.HasChecksums ? TailSize : 0)) / EntrySize;

    private int NodeCapacity => (_geometry.BlockSize - NodeCountOffset - (_geometry.HasChecksums ? TailSize : 0)) / EntrySize;

    /// <summary>Reads the index of a directory.</summary>
    public static HashIndex Load(DirectoryBlocks blocks, Geometry geometry, WritableSuperblock superblock)
    {
        ReadOnlySpan<byte> root = blocks.Get(0);
        byte version = root[RootInfoOffset + 4];
        if (U32(root, RootInfoOffset) != 0 || root[RootInfoOffset + 5] != RootInfoSize)
            throw blocks.Corrupt("EXT4-066", 0,
                $"index header is 0x{U32(root, RootInfoOffset):x8} with {root[RootInfoOffset + 5]} bytes, 0 with {RootInfoSize} needed");
        HashIndex index = new(blocks, geometry) { Hash = MakeHash(version, superblock), _levels = root[RootInfoOffset + 6] };
        if (index._levels > index.MaxAllowedLevels)
            throw blocks.Corrupt("EXT4-121", 0,
                $"index has {index._levels} levels below its root, at most {index.MaxAllowedLevels} allowed");
        index.Read(0, index._levels, 0);
        return index;
    }

    /// <summary>Makes the index of a directory that has just outgrown its first block, which becomes the root.</summary>
    /// <param name="leaf">The only block of entries.</param>
    public static HashIndex Create(DirectoryBlocks blocks, Geometry geometry, WritableSuperblock superblock, uint leaf)
    {
        Span<byte> root = blocks.Edit(0);
        root[RootInfoOffset..].Clear();
        new DirectoryLeaf(root, false).SetLength(SizeOfDot, geometry.BlockSize - SizeOfDot);
        root[RootInfoOffset + 4] = (byte)superblock.DefaultHashVersion;
        root[RootInfoOffset + 5] = RootInfoSize;
        var index = new HashIndex(blocks, geometry) { Hash = MakeHash((byte)superblock.DefaultHashVersion, superblock) };
        index.Leaves.Add((0, leaf));
        return index;
    }

    /// <summary>Finds the first block that may hold a hash.</summary>
    public int Find(uint hash)
    {
        int low = 0;
        int high = Leaves.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Leaves[middle].Hash <= hash)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    /// <summary>Tells whether a hash that was looked for in the block before goes on in this one.</summary>
    public bool Continues(int leaf, uint hash) => leaf < Leaves.Count && (Leaves[leaf].Hash & 1) != 0 && (Leaves[leaf].Hash & ~1u) == hash;

    /// <summary>Writes the index, in more blocks than before if need be.</summary>
    /// <exception cref="RefusedOperationException">It would need another level, and may not have one.</exception>
    public void Store()
    {
        List<(uint Hash, uint Block)> entries = Leaves;
        int levels = 0;
        int used = 0;
        for (; entries.Count > RootCapacity; levels++)
        {
            if (levels == MaxAllowedLevels)
                throw new RefusedOperationException(
                    RefusalReason.DirectoryFull, $"directory {_blocks.Number} has as many names as its index can hold");
            var above = new List<(uint Hash, uint Block)>();
            for (int first = 0; first < entries.Count; first += NodeCapacity)
            {
                if (used == _nodes.Count)
                    _nodes.Add(_blocks.Add());
                uint node = _nodes[used++];
                above.Add((entries[first].Hash, node));
                WriteNode(node, entries, first, Math.Min(NodeCapacity, entries.Count - first));
            }

            entries = above;
        }

        // A node that is no longer needed would be a block that the index does not know; an index never shrinks, so there is none.
        Write(0, RootCountOffset, RootCapacity, entries, 0, entries.Count, levels);
    }

    private static int SizeOfDot => DirectoryLeaf.SizeOf(1);

    private static DirectoryHash MakeHash(byte version, WritableSuperblock superblock)
    {
        const int firstUnsigned = 3;
        if (version > DirectoryHash.MaxVersion)
            throw new Mig.Core.UnsupportedFeatureException(
                $"ext4 directory hash {version}", "the names of this directory cannot be changed; mount the volume to do so");
        bool isUnsigned = version < firstUnsigned && superblock.HasUnsignedHash;
        return new DirectoryHash(isUnsigned ? version + firstUnsigned : version, superblock.HashSeed.ToArray());
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int field) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[field..]);

    private static ushort U16(ReadOnlySpan<byte> bytes, int field) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[field..]);

    private void Read(uint block, int levels, uint firstHash)
    {
        ReadOnlySpan<byte> bytes = _blocks.Get(block);
        int offset = block == 0 ? RootCountOffset : NodeCountOffset;
        int capacity = block == 0 ? RootCapacity : NodeCapacity;
        int limit = U16(bytes, offset);
        int count = U16(bytes, offset + 2);
        if (limit != capacity || count < 1 || count > limit)
            throw _blocks.Corrupt("EXT4-121", block, $"index has {count} entries of {limit}, 1 to {capacity} of {capacity} needed");
        if (_geometry.HasChecksums)
            new DirectoryBlock(bytes, block, _blocks.Number).CheckChecksum(isIndexed: true, isFirst: block == 0, _blocks.Seed);
        for (int i = 0; i < count; i++)
        {
            uint hash = i == 0 ? firstHash : U32(bytes, offset + (i * EntrySize));
            uint child = U32(bytes, offset + (i * EntrySize) + 4);
            bool isOrdered = Leaves.Count == 0 || (hash >= Leaves[^1].Hash && (levels > 0 || hash > Leaves[^1].Hash));
            if (!isOrdered || child == 0 || child >= _blocks.Count || Leaves.Count + _nodes.Count >= _blocks.Count)
                throw _blocks.Corrupt("EXT4-121", block,
                    $"entry {i} of the index is hash 0x{hash:x8} in block {child}; hashes must ascend, and blocks be 1 to "
                    + $"{_blocks.Count - 1}, each once");
            if (levels == 0)
            {
                Leaves.Add((hash, child));
            }
            else
            {
                _nodes.Add(child);
                Read(child, levels - 1, hash);
            }
        }
    }

    private void WriteNode(uint node, List<(uint Hash, uint Block)> entries, int first, int count)
    {
        if (U16(_blocks.Get(node), 4) == 0)
            new DirectoryLeaf(_blocks.Edit(node), false).SetLength(0, _geometry.BlockSize); // new: one unused entry as long as the block
        Write(node, NodeCountOffset, NodeCapacity, entries, first, count, 0);
    }

    private void Write(uint block, int offset, int capacity, List<(uint Hash, uint Block)> entries, int first, int count, int levels)
    {
        byte[] made = [.. _blocks.Get(block)];
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(made.AsSpan(offset + (i * EntrySize)), entries[first + i].Hash);
            BinaryPrimitives.WriteUInt32LittleEndian(made.AsSpan(offset + (i * EntrySize) + 4), entries[first + i].Block);
        }

        // Where the first hash would stand there are the counts: what is before it belongs to the first block anyway.
        BinaryPrimitives.WriteUInt16LittleEndian(made.AsSpan(offset), (ushort)capacity);
        BinaryPrimitives.WriteUInt16LittleEndian(made.AsSpan(offset + 2), (ushort)count);
        if (block == 0)
            made[RootInfoOffset + 6] = (byte)levels;
        Seal(made, offset, capacity, count);
        if (!_blocks.Get(block).SequenceEqual(made))
            made.CopyTo(_blocks.Edit(block));
    }

    private void Seal(byte[] block, int offset, int capacity, int count)
    {
        if (!_geometry.HasChecksums)
            return;
        Span<byte> tail = block.AsSpan(offset + (capacity * EntrySize), TailSize);
        uint crc = Crc32C.Append(Crc32C.Append(_blocks.Seed, block.AsSpan(0, offset + (count * EntrySize))), U32(tail, 0));
        BinaryPrimitives.WriteUInt32LittleEndian(tail[4..], Crc32C.AppendZeros(crc, sizeof(uint)));
    }

    /// <summary>Puts in the checksum of the root after something before its entries has changed.</summary>
    public static void SealRoot(Span<byte> root, Geometry geometry, uint seed)
    {
        int limit = U16(root, RootCountOffset);
        int count = U16(root, RootCountOffset + 2);
        if (!geometry.HasChecksums || limit > (root.Length - RootCountOffset - TailSize) / EntrySize || count > limit)
            return;
        Span<byte> tail = root.Slice(RootCountOffset + (limit * EntrySize), TailSize);
        uint crc = Crc32C.Append(Crc32C.Append(seed, root[..(RootCountOffset + (count * EntrySize))]), U32(tail, 0));
        BinaryPrimitives.WriteUInt32LittleEndian(tail[4..], Crc32C.AppendZeros(crc, sizeof(uint)));
    }
}
