namespace Mig.Disks.Vmdk;

/// <summary>What a writer puts into a <see cref="SparseHeader"/>. Offsets and counts are sectors.</summary>
internal readonly record struct SparseHeaderFields
{
    public required uint Version { get; init; }

    public required SparseFlags Flags { get; init; }

    public required long Capacity { get; init; }

    public required int GrainSectorCount { get; init; }

    public required int DescriptorSectorCount { get; init; }

    public required int TableEntryCount { get; init; }

    public ulong RedundantDirectoryOffset { get; init; }

    public required ulong DirectoryOffset { get; init; }

    /// <summary>Sectors of metadata before the first grain.</summary>
    public required long OverHead { get; init; }
}
