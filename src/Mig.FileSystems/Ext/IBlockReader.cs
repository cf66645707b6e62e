namespace Mig.FileSystems.Ext;

/// <summary>
/// The blocks of a file system as it is meant to be read: with the newer copies that wait in its journal, or in a writer's memory.
/// </summary>
internal interface IBlockReader
{
    /// <summary>In bytes.</summary>
    int BlockSize { get; }

    /// <summary>What of the volume the journal replaces.</summary>
    JournalOverlay Overlay { get; }

    /// <summary>Returns a part of an inode table or of the group descriptors that lies within one block.</summary>
    ReadOnlySpan<byte> GetTablePart(long offset, int count);

    /// <summary>Returns a block.</summary>
    ReadOnlySpan<byte> GetBlock(long block);

    /// <summary>Reads any range.</summary>
    void Read(long offset, Span<byte> destination);
}
