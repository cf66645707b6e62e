namespace Mig.Care.Checks;

/// <summary>What a repository holds and what it saves.</summary>
/// <param name="Images">One for each branch, sorted by name.</param>
/// <param name="Versions">Commits reachable.</param>
/// <param name="DiskBytes">Length of all disks of all versions.</param>
/// <param name="LogicalBytes">Bytes of those that are not zero: what storing each version by itself would take, uncompressed.</param>
/// <param name="ObjectBytes">Bytes of all objects, each once.</param>
/// <param name="StoredBytes">Bytes of all packs and indexes.</param>
/// <param name="Objects">Objects in the repository.</param>
/// <param name="Packs">Pack files.</param>
public sealed record StatisticsReport(
    IReadOnlyList<ImageStatistics> Images,
    long Versions,
    long DiskBytes,
    long LogicalBytes,
    long ObjectBytes,
    long StoredBytes,
    long Objects,
    long Packs)
{
    /// <summary>How many times smaller the repository is than all versions by themselves; 0 for an empty one.</summary>
    public double Factor => StoredBytes == 0 ? 0 : (double)LogicalBytes / StoredBytes;
}
