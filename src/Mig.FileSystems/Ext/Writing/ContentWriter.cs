using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>
/// Writes, cuts and lengthens the content of files that have blocks. All blocks are found before the first byte is written.
/// </summary>
internal sealed class ContentWriter(
    Geometry geometry, BlockStore store, BlockAllocator allocator, FileMapWriter map, WritableSuperblock superblock)
{
    private const int BufferSize = 1 << 20;
    private const long LargeFile = int.MaxValue;

    /// <summary>Adds content to the end. The inode must be sealed afterwards.</summary>
    public void Append(WritableInode inode, Content content)
    {
        FileBlocks before = map.Load(inode.View);
        Extend(inode, before, before.Clone(), content);
    }

    /// <summary>Puts content in place of all there is. The inode must be sealed afterwards.</summary>
    public void Replace(WritableInode inode, Content content)
    {
        FileBlocks before = map.Load(inode.View);
        FileBlocks after = before.Clone();
        after.Cut(0, keepUnwritten: false);
        inode.Size = 0;
        Extend(inode, before, after, content);
    }

    /// <summary>Cuts a file, or lengthens it with a hole. The inode must be sealed afterwards.</summary>
    public void SetLength(WritableInode inode, long length)
    {
        SetSize(inode, length, out long oldSize);
        FileBlocks before = map.Load(inode.View);
        FileBlocks after = before.Clone();
        long end = Math.Min(length, oldSize);
        after.Cut(CountBlocks(end), keepUnwritten: length > oldSize);
        long tail = end % geometry.BlockSize == 0 ? 0 : after.Find(end / geometry.BlockSize);
        if (tail != 0)
            store.Edit(tail).AsSpan((int)(end % geometry.BlockSize)).Clear();
        map.Store(inode, before, after, CountBlocks(end));
    }

    /// <summary>Cuts what an interrupted cut has left behind the end.</summary>
    public void CutToSize(WritableInode inode) => SetLength(inode, inode.Size);

    private void Extend(WritableInode inode, FileBlocks before, FileBlocks after, Content content)
    {
        SetSize(inode, content.SizeBehind(inode.Size), out long oldSize);

        // Blocks behind the end that are written would show whatever they hold.
        after.Cut(CountBlocks(oldSize), keepUnwritten: true);
        int within = (int)(oldSize % geometry.BlockSize);
        long partial = within == 0 ? 0 : after.Find(oldSize / geometry.BlockSize);
        int head = partial == 0 ? 0 : (int)Math.Min(geometry.BlockSize - within, content.Length);
        List<ByteRange> ranges = GetBlockRanges(content, oldSize, head);
        CheckSpace(after, ranges);
        after.Fill(ranges, allocator, geometry.FirstBlockOfGroup((inode.Number - 1) / geometry.InodesPerGroup));
        map.Store(inode, before, after, oldSize / geometry.BlockSize);
        if (partial != 0)
        {
            Span<byte> rest = store.Edit(partial).AsSpan(within);
            rest.Clear();
            content.Read(0, rest[..head]);
        }

        WriteRanges(after, ranges, oldSize, content);
    }

    /// <summary>Returns the file blocks that get content, the part within the last block before left out.</summary>
    private List<ByteRange> GetBlockRanges(Content content, long start, int head)
    {
        var ranges = new List<ByteRange>();
        foreach (ByteRange stored in content.GetStoredRanges())
        {
            ByteRange part = stored.Intersect(ByteRange.FromBounds(head, content.Length));
            if (part.IsEmpty)
                continue;
            long first = (start + part.Offset) / geometry.BlockSize;
            long end = CountBlocks(start + part.End);
            if (ranges.Count > 0 && ranges[^1].End >= first)
                ranges[^1] = ByteRange.FromBounds(ranges[^1].Offset, Math.Max(end, ranges[^1].End));
            else
                ranges.Add(ByteRange.FromBounds(first, end));
        }

        return ranges;
    }

    // A lower bound, for a message with figures; what only the allocator finds out is undone as a whole.
    private void CheckSpace(FileBlocks blocks, List<ByteRange> ranges)
    {
        long needed = ranges.Sum(static range => range.Length) - blocks.Runs.Sum(static run => run.Count);
        allocator.CheckSpace(needed / geometry.BlocksPerCluster);
    }

    private void WriteRanges(FileBlocks blocks, List<ByteRange> ranges, long start, Content content)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(
            (int)Math.Min(BufferSize, ranges.Sum(static range => range.Length) * geometry.BlockSize));
        var bounds = new ByteRange(start, content.Length);
        int next = 0;
        foreach (ByteRange range in ranges)
        {
            for (long position = range.Offset; position < range.End;)
            {
                while (blocks.Runs[next].End <= position)
                    next++;
                MappedRun run = blocks.Runs[next];
                long count = Math.Min(Math.Min(range.End, run.End) - position, buffer.Length / geometry.BlockSize);
                Span<byte> bytes = buffer.AsSpan(0, (int)(count * geometry.BlockSize));
                var whole = new ByteRange(position * geometry.BlockSize, bytes.Length);
                ByteRange part = whole.Intersect(bounds);
                bytes[..(int)(part.Offset - whole.Offset)].Clear();
                content.Read(part.Offset - start, bytes.Slice((int)(part.Offset - whole.Offset), (int)part.Length));
                bytes[(int)(part.End - whole.Offset)..].Clear();
                long block = run.VolumeBlock + (position - run.FileBlock);
                store.Forget(block, count);
                store.WriteContent(block * geometry.BlockSize, bytes);
                position += count;
            }
        }
    }

    private void SetSize(WritableInode inode, long size, out long oldSize)
    {
        oldSize = inode.Size;
        long max = map.GetMaxSize(inode.Flags);
        if (size < 0 || size > max)
            throw new RefusedOperationException(RefusalReason.TooLarge, $"a file of {size} bytes is too large, this one may have {max}");
        inode.Size = size;
        if (size > LargeFile)
            superblock.Add(ReadOnlyCompatibleFeatures.LargeFile);
    }

    private long CountBlocks(long bytes) => (bytes + geometry.BlockSize - 1) / geometry.BlockSize;
}
