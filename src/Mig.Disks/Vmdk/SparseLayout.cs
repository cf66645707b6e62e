namespace Mig.Disks.Vmdk;

/// <summary>What outlives a checked <see cref="SparseHeader"/>.</summary>
/// <param name="Capacity">Length of the disk in sectors.</param>
/// <param name="FirstGrainSector">No grain can lie before it in the file: there stand header and descriptor.</param>
internal sealed record SparseLayout(
    long Capacity,
    int GrainSectorCount,
    int TableEntryCount,
    ulong DirectoryOffset,
    ulong? RedundantDirectoryOffset,
    SparseFlags Flags,
    long FirstGrainSector)
{
    public bool IsCompressed => (Flags & SparseFlags.Compressed) != 0;

    public int GrainLength => GrainSectorCount * SparseHeader.SectorSize;

    public long GrainCount => (Capacity + GrainSectorCount - 1) / GrainSectorCount;

    public long TableCount => (GrainCount + TableEntryCount - 1) / TableEntryCount;

    public static SparseLayout From(in SparseHeader header) => new(
        header.Capacity,
        header.GrainSectorCount,
        header.TableEntryCount,
        header.DirectoryOffset,
        (header.Flags & SparseFlags.RedundantDirectory) != 0 ? header.RedundantDirectoryOffset : null,
        header.Flags,
        header.DescriptorOffset == 0 ? 1 : (long)(header.DescriptorOffset + header.DescriptorSectorCount));
}
