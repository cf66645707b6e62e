namespace Mig.FileSystems.Ext;

/// <summary>A block group: where its metadata stands, checked to lie within the file system.</summary>
/// <param name="BlockBitmap">Block number, or <see cref="NoBlock"/> where a damaged descriptor names no block.</param>
/// <param name="InodeBitmap">Block number, or <see cref="NoBlock"/>.</param>
/// <param name="InodeTable">First block number.</param>
/// <param name="FreeClusters">How many clusters it holds to be free.</param>
/// <param name="HasBlockBitmap">False when the bitmap was never written: then only metadata is in use.</param>
/// <param name="HasInodeBitmap">False when the bitmap was never written: then no inode is in use.</param>
/// <param name="BlockBitmapChecksum">As many bits as <paramref name="BlockBitmapChecksumMask"/> has.</param>
internal sealed record Group(
    long BlockBitmap,
    long InodeBitmap,
    long InodeTable,
    long FreeClusters,
    bool HasBlockBitmap,
    bool HasInodeBitmap,
    uint BlockBitmapChecksum,
    uint BlockBitmapChecksumMask)
{
    /// <summary>The boot sector, or the superblock, lies there: it is no bitmap's block.</summary>
    public const long NoBlock = 0;
}
