using Mig.Core;

namespace Mig.FileSystems.Fat;

/// <summary>Follows chains of clusters.</summary>
internal sealed class ClusterChains(AllocationTable table, Geometry geometry, Limits limits)
{
    /// <summary>Returns the runs of a chain.</summary>
    /// <param name="first">Where it begins, as a directory entry says.</param>
    /// <param name="wanted">How many clusters to follow; less come back when the chain ends before.</param>
    /// <param name="what">Whose chain it is, for messages.</param>
    /// <param name="damage">Takes what is wrong, and the runs before it come back; null to throw.</param>
    /// <exception cref="CorruptImageException">It leads out of the volume, to a free or bad cluster, or back to itself.</exception>
    public List<ClusterRun> Follow(int first, long wanted, string what, DamageList? damage = null)
    {
        var runs = new List<ClusterRun>();
        try
        {
            Follow(first, wanted, what, runs);
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(e);
        }

        return runs;
    }

    /// <summary>
    /// Returns what is wrong with what a chain's last cluster says comes next, without a full stop; null when that is an end or another
    /// cluster.
    /// </summary>
    /// <remarks>
    /// Content is whole without it. But who marks a cluster as bad while a file has it did not keep the table as it should be.
    /// </remarks>
    public string? FindFaultBehind(List<ClusterRun> runs)
    {
        if (runs.Count == 0)
            return null;
        int last = runs[^1].Last;
        int next = table.Get(last);
        if (next == AllocationTable.End || geometry.Contains(next))
            return null;
        return next == AllocationTable.Bad ? $"cluster {last} is marked as bad, and a file has it"
            : $"what comes after cluster {last} is {next}, an end or {Geometry.FirstCluster} to {geometry.EndCluster - 1} needed";
    }

    private void Follow(int first, long wanted, string what, List<ClusterRun> runs)
    {
        // Brent's way to find a loop soon: a mark that moves on each time the walk has doubled.
        int mark = -1;
        long walked = 0;
        long nextMark = 1;
        int previous = 0;
        for (int cluster = first; wanted > 0 && cluster != AllocationTable.End; wanted--)
        {
            Check(cluster, previous, what);
            if (cluster == mark)
                throw FatError.Corrupt("FAT-021", $"{what}: its chain of clusters comes back to cluster {cluster}, an end needed");
            if (++walked == nextMark)
            {
                mark = cluster;
                nextMark *= 2;
            }

            Add(runs, cluster, what);
            previous = cluster;
            cluster = table.Get(cluster);
        }
    }

    private void Check(int cluster, int previous, string what)
    {
        if (geometry.Contains(cluster))
            return;
        string place = previous == 0 ? "its first cluster" : $"what comes after cluster {previous}";
        if (cluster == AllocationTable.Free && previous != 0)
            throw FatError.Corrupt("FAT-022", $"{what}: cluster {previous} is free, but belongs to its chain");
        if (cluster == AllocationTable.Bad)
            throw FatError.Corrupt("FAT-023", $"{what}: cluster {previous} is marked as bad, but belongs to its chain");
        throw FatError.Corrupt("FAT-020", $"{what}: {place} is {cluster}, {Geometry.FirstCluster} to {geometry.EndCluster - 1} allowed");
    }

    private void Add(List<ClusterRun> runs, int cluster, string what)
    {
        if (runs.Count > 0 && runs[^1].Last + 1 == cluster)
        {
            runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            return;
        }

        if (runs.Count == limits.MaxExtentsPerFile)
            throw FatError.Corrupt("FAT-025",
                $"{what}: its chain has more than {limits.MaxExtentsPerFile} runs, at most {limits.MaxExtentsPerFile} allowed");
        runs.Add(new ClusterRun(cluster, 1));
    }
}
