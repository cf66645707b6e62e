namespace Mig.Disks.Qcow2;

/// <summary>What a writer puts into a header; the rest has one value.</summary>
internal readonly record struct Qcow2HeaderFields
{
    public required long Length { get; init; }

    public required int ClusterBits { get; init; }

    public required long L1Offset { get; init; }

    public required long L1EntryCount { get; init; }

    public required long RefcountTableOffset { get; init; }

    public required long RefcountTableClusters { get; init; }

    /// <summary>Binary logarithm of the bits in a reference count.</summary>
    public required int RefcountOrder { get; init; }

    public long BackingNameOffset { get; init; }

    public int BackingNameLength { get; init; }
}
