namespace Mig.Core;

/// <summary>What a reader of hostile input may spend. Safe by default; each reader names the limit it stops at.</summary>
public sealed record Limits
{
    /// <summary>What mig itself uses: enough for real disks, and safe for hostile ones.</summary>
    public static Limits Default { get; } = new();

    /// <summary>Most bytes that one table or structure of an image may take in memory.</summary>
    public int MaxTableBytes { get; init; } = 64 << 20;

    /// <summary>Most partitions on one disk.</summary>
    public int MaxPartitions { get; init; } = 1024;

    /// <summary>Most files a container may be spread over.</summary>
    public int MaxContainerExtents { get; init; } = 4096;

    /// <summary>Most disks that lie one over the other: an overlay, its base, the base of that.</summary>
    public int MaxBackingDepth { get; init; } = 64;

    /// <summary>
    /// Most names in the directories of one volume (<c>core.maxEntries</c>), each counted as often as a path leads to it.
    /// </summary>
    public long MaxDirectoryEntries { get; init; } = 20_000_000;

    /// <summary>Most extents of one file.</summary>
    public int MaxExtentsPerFile { get; init; } = 4 << 20;

    /// <summary>Deepest nesting of directories: how many names a path to a directory may have.</summary>
    public int MaxDirectoryDepth { get; init; } = 4096;

    /// <summary>
    /// Most bytes that are read to see whether what an image says of a disk's files is what the disk holds; finding one piece of a disk
    /// counts as 4096.
    /// </summary>
    public long MaxProofBytes { get; init; } = 1L << 40;

    /// <summary>Most bytes of a path within a volume, without the slash at its start.</summary>
    public int MaxPathLength { get; init; } = (1 << 16) - 1;

    /// <summary>Most bytes of all extended attributes of one file.</summary>
    public int MaxXattrBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Most bytes that a compressed disk may decompress to (<c>core.maxDecompressed</c>): a few kilobytes can stand for as many zeros as
    /// one likes.
    /// </summary>
    public long MaxDecompressedBytes { get; init; } = 2L << 40;
}
