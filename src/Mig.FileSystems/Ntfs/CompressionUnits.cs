namespace Mig.FileSystems.Ntfs;

/// <summary>
/// Tells how units of a compressed value are stored: all clusters there means as they are, none means zeros, some at the start means
/// compressed.
/// </summary>
internal static class CompressionUnits
{
    /// <summary>Counts the clusters that stand before the unit's first hole.</summary>
    public static long CountStored(ReadOnlySpan<Run> runs, long vcn, int unitClusters)
    {
        long next = vcn, end = vcn + unitClusters;
        for (int i = ValueReader.IndexOf(runs, vcn); i < runs.Length && next < end && !runs[i].IsHole; i++)
            next = Math.Min(end, runs[i].End);
        return next - vcn;
    }
}
