using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>
/// Content that lies in the inode: the first 60 bytes in place of the block map, the rest as the attribute <c>system.data</c>.
/// </summary>
internal static class InlineData
{
    /// <summary>The attribute's name behind its prefix.</summary>
    public static ReadOnlySpan<byte> AttributeName => "data"u8;

    public static bool IsInlineData(AttributeEntries entry) =>
        entry.NameIndex == AttributePrefix.System && entry.Name.SequenceEqual(AttributeName);

    /// <summary>Returns what did not fit into the block map.</summary>
    /// <exception cref="CorruptImageException">There is no such attribute, not even an empty one.</exception>
    public static ReadOnlySpan<byte> GetRest(Inode inode)
    {
        AttributeEntries entries = AttributeReader.GetInodeEntries(inode);
        while (entries.MoveNext())
        {
            if (IsInlineData(entries) && entries.ValueInode == 0)
                return entries.Value;
        }

        throw inode.Corrupt("EXT4-038", "it says that its content is inline, but has no attribute system.data");
    }

    /// <summary>Returns how many bytes of content there are; a file may be longer, and then ends in zeros.</summary>
    public static long GetLength(Inode inode, long size) => Math.Min(size, Inode.BlockMapSize + GetRest(inode).Length);

    public static void Read(Inode inode, long offset, Span<byte> destination)
    {
        destination.Clear();
        CopyPart(inode.BlockMap, 0, offset, destination);
        CopyPart(GetRest(inode), Inode.BlockMapSize, offset, destination);
    }

    private static void CopyPart(ReadOnlySpan<byte> part, long partOffset, long offset, Span<byte> destination)
    {
        ByteRange common = new ByteRange(partOffset, part.Length).Intersect(new ByteRange(offset, destination.Length));
        if (!common.IsEmpty)
            part.Slice((int)(common.Offset - partOffset), (int)common.Length).CopyTo(destination[(int)(common.Offset - offset)..]);
    }
}
