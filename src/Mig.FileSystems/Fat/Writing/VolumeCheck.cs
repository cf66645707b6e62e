using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>
/// Follows all chains of a volume before it is changed. The table is all that says what a cluster belongs to: a chain that two files share,
/// or one that is broken, would make a change of one file damage another.
/// </summary>
internal sealed class VolumeCheck(Geometry geometry, DirectoryReader directories, ClusterChains chains, Limits limits)
{
    private readonly byte[] _owned = new byte[((geometry.EndCluster + 63) / 64) * sizeof(ulong)];
    private long _entryCount;

    /// <exception cref="CorruptImageException">Two chains share a cluster, one is broken, or the tree is beyond the limits.</exception>
    public void Run()
    {
        List<int> level = [geometry.RootCluster];
        for (int depth = 0; level.Count > 0; depth++)
        {
            if (depth > limits.MaxDirectoryDepth)
                throw FatError.Corrupt("FAT-101",
                    $"directory at cluster {level[0]}: nested more than {limits.MaxDirectoryDepth} deep, at most "
                    + $"{limits.MaxDirectoryDepth} allowed");
            var next = new List<int>();
            foreach (int directory in level)
                ReadDirectory(directory, next);
            level = next;
        }
    }

    private void ReadDirectory(int directory, List<int> next)
    {
        if (directory != 0)
            Own(chains.Follow(directory, geometry.ClusterCount + 1L, $"directory at cluster {directory}"), directory);
        foreach (FatEntry entry in directories.Read(directory))
        {
            if (++_entryCount > limits.MaxDirectoryEntries)
                throw FatError.Corrupt("FAT-102",
                    $"directory at cluster {directory}: the volume has more than {limits.MaxDirectoryEntries} names, at most "
                    + $"{limits.MaxDirectoryEntries} allowed");
            int first = geometry.GetFirstCluster(entry.View);
            if (entry.IsDirectory)
            {
                next.Add(first != 0 ? first : throw FatError.Corrupt(
                    "FAT-033", $"directory entry at {entry.Offset}: a directory without a cluster, one needed"));
                continue;
            }

            long size = entry.View.FileSize;
            if (first == 0 && size == 0)
                continue;
            List<ClusterRun> runs = chains.Follow(first, geometry.ClusterCount + 1L, $"file with the entry at {entry.Offset}");
            long count = runs.Sum(static run => (long)run.Count);
            if (count < geometry.CountClusters(size))
                throw FatError.Corrupt("FAT-024",
                    $"file with the entry at {entry.Offset}: its chain has {count} clusters, {geometry.CountClusters(size)} needed for "
                    + $"{size} bytes");
            Own(runs, first);
        }
    }

    private void Own(List<ClusterRun> runs, int first)
    {
        foreach (ClusterRun run in runs)
        {
            int shared = Bitmap.IndexOf(_owned, true, run.First, run.Last + 1);
            if (shared <= run.Last)
                throw FatError.Corrupt("FAT-100",
                    $"chain from cluster {first}: cluster {shared} belongs to another one too; run fsck.fat on the volume");
            Bitmap.Fill(_owned, run.First, run.Count, true);
        }
    }
}
