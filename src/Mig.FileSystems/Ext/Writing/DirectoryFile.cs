using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>The names of one directory, to find and to change; linear or indexed by hash. Good for one operation.</summary>
internal sealed class DirectoryFile
{
    private readonly WritableVolume _volume;
    private readonly DirectoryBlocks _blocks;
    private readonly HashSet<uint> _checked = [];
    private HashIndex? _index;

    /// <param name="inode">A directory whose names are not inline.</param>
    public DirectoryFile(WritableVolume volume, Inode inode)
    {
        _volume = volume;
        _blocks = new DirectoryBlocks(volume, inode);
        if ((inode.Flags & InodeFlags.Indexed) != 0 && volume.Geometry.Has(CompatibleFeatures.DirectoryIndex))
            _index = HashIndex.Load(_blocks, volume.Geometry, volume.Superblock);
    }

    private bool HasTail => _volume.Geometry.HasChecksums;

    /// <summary>Writes the first block of a new directory.</summary>
    public static void Initialize(WritableVolume volume, Span<byte> block, uint seed, long number, long parent)
    {
        var leaf = new DirectoryLeaf(block, volume.Geometry.HasChecksums);
        leaf.Clear();
        leaf.TryInsert("."u8, (uint)number, volume.EntryType(NodeType.Directory));
        leaf.TryInsert(".."u8, (uint)parent, volume.EntryType(NodeType.Directory));
        leaf.Seal(seed);
    }

    /// <summary>Finds a name.</summary>
    /// <returns>Null when it is not there.</returns>
    public DirectoryPlace? Find(ReadOnlySpan<byte> name)
    {
        if (_index is null)
        {
            for (uint block = 0; block < _blocks.Count; block++)
            {
                if (FindIn(block, name) is { } place)
                    return place;
            }

            return null;
        }

        if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
            return new DirectoryPlace(0, name.Length == 1 ? 0 : DirectoryLeaf.SizeOf(1), ReadDots()[name.Length - 1]);
        uint hash = _index.Hash.Compute(name);
        int leaf = _index.Find(hash);
        do
        {
            if (FindIn(_index.Leaves[leaf].Block, name) is { } place)
                return place;
            leaf++;
        }
        while (_index.Continues(leaf, hash));
        return null;
    }

    /// <summary>Adds a name that is not there.</summary>
    public void Insert(ReadOnlySpan<byte> name, long inode, NodeType type)
    {
        byte entryType = _volume.EntryType(type);
        if (_index is not null)
        {
            InsertIndexed(name, inode, entryType);
            return;
        }

        for (uint block = 0; block < _blocks.Count; block++)
        {
            if (TryInsertIn(block, name, inode, entryType))
                return;
        }

        if (_blocks.Count == 1 && _volume.Geometry.Has(CompatibleFeatures.DirectoryIndex))
        {
            MakeIndex();
            InsertIndexed(name, inode, entryType);
            return;
        }

        uint added = AddLeaf();
        TryInsertIn(added, name, inode, entryType);
    }

    public void Remove(DirectoryPlace place)
    {
        Leaf(place.Block).Remove(place.Offset);
        Seal(place.Block);
    }

    /// <summary>Makes a name that is there name another node.</summary>
    public void Replace(DirectoryPlace place, long inode, NodeType type)
    {
        Leaf(place.Block).Set(place.Offset, (uint)inode, _volume.EntryType(type));
        if (_index is not null && place.Block == 0)
            HashIndex.SealRoot(_blocks.Edit(0), _volume.Geometry, _blocks.Seed);
        else
            Seal(place.Block);
    }

    public bool IsEmpty()
    {
        for (uint block = _index is null ? 0u : 1u; block < _blocks.Count; block++)
        {
            // A node of the index looks like a block without names.
            if (GetChecked(block).HasNames())
                return false;
        }

        return true;
    }

    private uint[] ReadDots()
    {
        var leaf = new DirectoryLeaf(_blocks.Get(0).ToArray(), false);
        int second = DirectoryLeaf.SizeOf(1);
        bool isRoot = leaf.LengthAt(0) == second && leaf.NameAt(0).SequenceEqual("."u8) && leaf.NameAt(second).SequenceEqual(".."u8);
        if (!isRoot)
            throw _blocks.Corrupt("EXT4-122", 0, "an index must begin with the entries . and ..");
        return [leaf.InodeAt(0), leaf.InodeAt(second)];
    }

    private DirectoryPlace? FindIn(uint block, ReadOnlySpan<byte> name)
    {
        DirectoryLeaf leaf = GetChecked(block);
        int place = leaf.Find(name);
        return place < 0 ? null : new DirectoryPlace(block, place, leaf.InodeAt(place));
    }

    private bool TryInsertIn(uint block, ReadOnlySpan<byte> name, long inode, byte type)
    {
        if (!GetChecked(block).HasRoom(name.Length))
            return false;
        bool isInserted = Leaf(block).TryInsert(name, (uint)inode, type);
        Seal(block);
        return isInserted;
    }

    private void InsertIndexed(ReadOnlySpan<byte> name, long inode, byte type)
    {
        uint hash = _index!.Hash.Compute(name);
        int leaf = _index.Find(hash);
        if (TryInsertIn(_index.Leaves[leaf].Block, name, inode, type))
            return;
        (uint splitHash, uint added) = Split(_index.Leaves[leaf].Block);
        _index.Leaves.Insert(leaf + 1, (splitHash, added));
        _index.Store();
        if (!TryInsertIn(hash >= (splitHash & ~1u) ? added : _index.Leaves[leaf].Block, name, inode, type))
            throw _blocks.Corrupt("EXT4-122", added, "there is no room for a name in a block that was just split");
    }

    /// <summary>Moves the upper half of a block's hashes to a new block.</summary>
    /// <returns>What the index says of the new block: its hash, with the lowest bit set when the old one has names with it too.</returns>
    private (uint Hash, uint Block) Split(uint block)
    {
        byte[] old = _blocks.Get(block).ToArray();
        var from = new DirectoryLeaf(old, HasTail);
        var entries = new List<(uint Hash, int Place)>();
        for (int place = 0; place < from.Entries.Length; place += from.LengthAt(place))
        {
            if (from.InodeAt(place) != 0)
                entries.Add((_index!.Hash.Compute(from.NameAt(place)), place));
        }

        if (entries.Count < 2)
            throw _blocks.Corrupt("EXT4-122", block, $"it is full with {entries.Count} names, at least 2 needed");
        entries.Sort();
        int split = entries.Count;
        for (int size = 0; split > 0; split--)
        {
            int next = DirectoryLeaf.SizeOf(from.NameAt(entries[split - 1].Place).Length);
            if (size + (next / 2) > from.Entries.Length / 2)
                break;
            size += next;
        }

        if (split == 0 || split == entries.Count)
            split = entries.Count / 2;
        uint added = AddLeaf();
        Rewrite(block, from, entries.Take(split));
        Rewrite(added, from, entries.Skip(split));
        uint hash = entries[split].Hash;
        return (hash == entries[split - 1].Hash ? hash | 1 : hash, added);
    }

    private void Rewrite(uint block, DirectoryLeaf from, IEnumerable<(uint Hash, int Place)> entries)
    {
        DirectoryLeaf leaf = Leaf(block);
        leaf.Clear();
        int last = 0;
        int end = 0;
        foreach ((_, int place) in entries)
        {
            ReadOnlySpan<byte> name = from.NameAt(place);
            last = end;
            leaf.Put(end, name, from.InodeAt(place), from.TypeAt(place));
            leaf.SetLength(end, DirectoryLeaf.SizeOf(name.Length));
            end += DirectoryLeaf.SizeOf(name.Length);
        }

        leaf.SetLength(last, leaf.Entries.Length - last);
        Seal(block);
    }

    /// <summary>Turns the only block of a directory into the root of an index over a new block with all its names.</summary>
    private void MakeIndex()
    {
        byte[] old = _blocks.Get(0).ToArray();
        var from = new DirectoryLeaf(old, HasTail);
        _ = ReadDots();
        var entries = new List<(uint Hash, int Place)>();
        int second = DirectoryLeaf.SizeOf(1);
        for (int place = second + from.LengthAt(second); place < from.Entries.Length; place += from.LengthAt(place))
        {
            if (from.InodeAt(place) != 0)
                entries.Add((0, place));
        }

        uint leaf = AddLeaf();
        Rewrite(leaf, from, entries);
        _index = HashIndex.Create(_blocks, _volume.Geometry, _volume.Superblock, leaf);
        _index.Store();
        WritableInode inode = _volume.Inodes.Edit(_blocks.Number);
        inode.Flags |= InodeFlags.Indexed;
        inode.Seal();
    }

    private uint AddLeaf()
    {
        uint block = _blocks.Add();
        Leaf(block).Clear();
        Seal(block);
        return block;
    }

    private DirectoryLeaf Leaf(uint block) => new(_blocks.Edit(block), HasTail);

    /// <summary>Returns a block to read, after each of its entries is known to lie within it, and its checksum to be right.</summary>
    private DirectoryLeaf GetChecked(uint block)
    {
        byte[] bytes = _volume.Store.Get(_blocks.Locate(block));
        if (_checked.Add(block))
        {
            var view = new DirectoryBlock(bytes, _blocks.Locate(block) * _volume.Geometry.BlockSize, _blocks.Number);
            if (HasTail)
                view.CheckChecksum(_index is not null, block == 0, _blocks.Seed);
            DirectoryEntries entries = view.Entries;
            while (entries.MoveNext())
            {
            }

            CheckEnd(block, bytes);
        }

        return View(bytes);
    }

    // No entry may reach into the checksum.
    private void CheckEnd(uint block, byte[] bytes)
    {
        DirectoryLeaf leaf = View(bytes);
        int place = 0;
        while (place < leaf.Entries.Length)
            place += leaf.LengthAt(place);
        if (place != leaf.Entries.Length)
            throw _blocks.Corrupt("EXT4-061", block, $"the last entry ends at {place}, {leaf.Entries.Length} needed");
    }

    private DirectoryLeaf View(byte[] bytes) => new(bytes, HasTail && !(_index is not null && DirectoryBlock.IsIndexNode(bytes)));

    private void Seal(uint block) => Leaf(block).Seal(_blocks.Seed);
}
