namespace Mig.FileSystems.Ntfs;

/// <summary>What the boot sector says, checked.</summary>
/// <param name="ClusterSize">Bytes; a power of two.</param>
/// <param name="ClusterCount">Whole clusters of the file system that are there.</param>
/// <param name="RecordSize">Bytes of an MFT record; a power of two.</param>
/// <param name="Length">Bytes that the file system covers and that are there.</param>
/// <param name="TableCluster">Where the MFT begins.</param>
/// <param name="MirrorCluster">Where the copy of its first records begins; -1 when that is nowhere on the volume.</param>
/// <param name="IsCutShort">Whether the volume is shorter than the boot sector says.</param>
internal sealed record Geometry(
    int ClusterSize, long ClusterCount, int RecordSize, long Length, long TableCluster, long MirrorCluster, ulong Serial, bool IsCutShort);
