using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>A value with all parts that it is spread over.</summary>
/// <param name="owner">The number of the base record, for messages.</param>
/// <param name="parts">Ascending by cluster; the first one begins at cluster 0.</param>
internal sealed class AttributeValue(long owner, IReadOnlyList<StoredAttribute> parts, Geometry geometry, Limits limits)
{
    private const int MaxUnitBytes = 1 << 20;

    private Run[]? _runs;

    public AttributeType Type => parts[0].Type;

    public string Name => parts[0].Name;

    public bool IsResident => parts[0].IsResident;

    public ReadOnlySpan<byte> Resident => parts[0].Bytes.Span;

    public long Size => parts[0].Size;

    public long InitializedSize => parts[0].InitializedSize;

    public bool IsEncrypted => (parts[0].Flags & AttributeFlags.Encrypted) != 0;

    /// <summary>Tells whether units of clusters are compressed; sparse ones only leave clusters out.</summary>
    public bool IsCompressed => !IsResident && (parts[0].Flags & AttributeFlags.CompressionMethod) != 0;

    /// <summary>Clusters that are compressed together.</summary>
    public int UnitClusters
    {
        get
        {
            StoredAttribute first = parts[0];
            if ((first.Flags & AttributeFlags.CompressionMethod) != AttributeFlags.Compressed)
                throw new UnsupportedFeatureException("NTFS compression method",
                    $"MFT record {owner} uses method {(int)(first.Flags & AttributeFlags.CompressionMethod)}, and 1 (LZNT1) is known");
            if (first.UnitShift is 0 or > 8 || (geometry.ClusterSize << first.UnitShift) > MaxUnitBytes)
                throw Corrupt(
                    "NTFS-022", $"compresses 2^{first.UnitShift} clusters together, 2 to {MaxUnitBytes / geometry.ClusterSize} allowed");
            return 1 << first.UnitShift;
        }
    }

    /// <summary>Returns the clusters of a value that is not resident, holes too; together they are the whole value.</summary>
    public Run[] GetRuns()
    {
        if (_runs is not null)
            return _runs;
        var runs = new List<Run>();
        long vcn = 0;
        foreach (StoredAttribute part in parts)
        {
            if (part.IsResident || part.LowestVcn != vcn)
                throw Corrupt("NTFS-020", $"continues at cluster {part.LowestVcn}, {vcn} needed");
            if (MappingPairs.Decode(part.Bytes.Span, vcn, part.EndVcn, geometry.ClusterCount, limits.MaxExtentsPerFile, runs) is { } wrong)
                throw Corrupt("NTFS-021", wrong);
            vcn = part.EndVcn;
        }

        if (vcn * geometry.ClusterSize < Size)
            throw Corrupt("NTFS-023", $"has {Size} bytes, and {vcn} clusters of {geometry.ClusterSize} bytes");
        long stored = runs.Where(static run => !run.IsHole).Sum(static run => run.Count);
        if (stored > geometry.ClusterCount)
            throw Corrupt("NTFS-044", $"has {stored} clusters, the file system has {geometry.ClusterCount}");
        return _runs = [.. runs];
    }

    public CorruptImageException Corrupt(string code, string detail) =>
        NtfsError.Corrupt(code, $"MFT record {owner}: attribute 0x{(uint)Type:x}: {detail}");
}
