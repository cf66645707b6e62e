namespace Mig.Disks.Qcow2;

/// <summary>What outlives a checked <see cref="Qcow2Header"/>.</summary>
/// <param name="Length">Length of the disk in bytes.</param>
internal sealed record Qcow2Layout(
    uint Version, long Length, int ClusterBits, long L1Offset, uint L1EntryCount, Qcow2Features Features, Qcow2Compression Compression)
{
    private const int SubclusterBits = 5; // 32 in a cluster

    public int ClusterLength => 1 << ClusterBits;

    public bool HasSubclusters => (Features & Qcow2Features.ExtendedL2) != 0;

    /// <summary>
    /// Binary logarithm of the clusters that an L2 table describes: it is one cluster of entries of 8 bytes, 16 with subclusters.
    /// </summary>
    public int L2Bits => ClusterBits - (HasSubclusters ? 4 : 3);

    /// <summary>Binary logarithm of the bytes that an L2 table describes.</summary>
    public int TableSpanBits => ClusterBits + L2Bits;

    /// <summary>Binary logarithm of the smallest piece that is stored or not: a subcluster, else a cluster.</summary>
    public int UnitBits => HasSubclusters ? ClusterBits - SubclusterBits : ClusterBits;

    /// <summary>How many L2 tables the disk has room for.</summary>
    public long TableCount => Length == 0 ? 0 : ((Length - 1) >> TableSpanBits) + 1;

    public static Qcow2Layout From(in Qcow2Header header) =>
        new(header.Version, header.Length, header.ClusterBits, (long)header.L1Offset, header.L1EntryCount, header.Features,
            header.Compression);
}
