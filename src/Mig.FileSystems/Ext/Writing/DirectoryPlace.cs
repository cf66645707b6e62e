namespace Mig.FileSystems.Ext.Writing;

/// <summary>Where a name stands in a directory, and what it names.</summary>
/// <param name="Block">The block's number within the directory.</param>
/// <param name="Offset">Within the block.</param>
internal readonly record struct DirectoryPlace(uint Block, int Offset, long Inode);
