namespace Mig.FileSystems.Ntfs;

/// <summary>Finds where content lies on the volume.</summary>
internal static class FileMap
{
    /// <summary>
    /// Returns a value's extents, cut where it was never written; compressed units and resident values have no place on the volume.
    /// </summary>
    public static IReadOnlyList<FileExtent> GetExtents(AttributeValue value, int clusterSize)
    {
        long length = Math.Min(value.Size, value.InitializedSize);
        if (value.IsResident)
            return length == 0 ? [] : [new FileExtent(0, length, FileExtent.NotOnVolume)];
        Run[] runs = value.GetRuns();
        var extents = new ExtentList(clusterSize, length);
        if (value.IsCompressed)
        {
            AddUnits(runs, value.UnitClusters, extents);
            return extents.ToList();
        }

        foreach (Run run in runs.Where(static run => !run.IsHole))
            extents.Add(run.Vcn, run.Count, run.Lcn);
        return extents.ToList();
    }

    // Whole units in one run are taken together: a hostile file may be very long, and its runs are few.
    private static void AddUnits(Run[] runs, int unit, ExtentList extents)
    {
        for (long vcn = 0; runs.Length > 0 && vcn < runs[^1].End && extents.IsWithin(vcn);)
        {
            Run run = runs[ValueReader.IndexOf(runs, vcn)];
            long whole = (run.End - vcn) / unit * unit;
            if (whole > 0)
            {
                if (!run.IsHole)
                    extents.Add(vcn, whole, run.Lcn + (vcn - run.Vcn));
                vcn += whole;
                continue;
            }

            long stored = CompressionUnits.CountStored(runs, vcn, unit);
            if (stored < unit && stored > 0)
                extents.Add(vcn, unit, FileExtent.NotOnVolume);
            else if (stored == unit)
                AddRuns(runs, vcn, unit, extents);
            vcn += unit;
        }
    }

    private static void AddRuns(Run[] runs, long vcn, int unit, ExtentList extents)
    {
        for (int i = ValueReader.IndexOf(runs, vcn); i < runs.Length && runs[i].Vcn < vcn + unit; i++)
        {
            long start = Math.Max(vcn, runs[i].Vcn), end = Math.Min(vcn + unit, runs[i].End);
            extents.Add(start, end - start, runs[i].Lcn + (start - runs[i].Vcn));
        }
    }
}
