using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>The changed blocks of ext2, ext3 and ext4, for the readers that the writer shares with the file system.</summary>
internal sealed class BlockStore(IByteTarget target, Geometry geometry) : ChangedBlocks(target, geometry.BlockSize, geometry.BlockCount),
    IBlockReader
{
    public JournalOverlay Overlay => JournalOverlay.Empty;

    public ReadOnlySpan<byte> GetTablePart(long offset, int count) => Get(offset / BlockSize).AsSpan((int)(offset % BlockSize), count);

    public ReadOnlySpan<byte> GetBlock(long block) => Get(block);
}
