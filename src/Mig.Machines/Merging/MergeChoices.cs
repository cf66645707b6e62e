using System.Collections.Concurrent;
using Mig.Core;
using Mig.History.Merging;

namespace Mig.Machines.Merging;

/// <summary>What the user decided before a merge began.</summary>
public sealed record MergeChoices
{
    private readonly ConcurrentDictionary<string, bool> _used = new(StringComparer.Ordinal);

    public static MergeChoices None { get; } = new();

    /// <summary>
    /// Whose side is taken wherever there is a conflict; null for none. Texts are still merged where they are not in conflict.
    /// </summary>
    public MergeSide? Favored { get; init; }

    /// <summary>
    /// Paths whose conflicts our side decides, with all below them: as <see cref="MergeConflictPath"/> writes them, a slash at the start is
    /// optional. The longest of all paths that were chosen counts; of tables of the machine (users, groups, packages), a side decides the
    /// entries in conflict alone.
    /// </summary>
    public IReadOnlyList<string> Ours { get; init; } = [];

    /// <summary>Paths whose conflicts their side decides.</summary>
    public IReadOnlyList<string> Theirs { get; init; } = [];

    /// <summary>Contents that were made by hand, by path.</summary>
    public IReadOnlyDictionary<string, byte[]> Contents { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Whose side decides a path; null when nobody's does.</summary>
    internal MergeSide? SideOf(string path)
    {
        (string Chosen, int Length) ours = FindLongest(Ours, path), theirs = FindLongest(Theirs, path);
        if (Math.Max(ours.Length, theirs.Length) < 0)
            return Favored;
        bool isOurs = ours.Length >= theirs.Length;
        _used[isOurs ? ours.Chosen : theirs.Chosen] = true;
        return isOurs ? MergeSide.Ours : MergeSide.Theirs;
    }

    /// <summary>Whose side was named for a disk, by its own name: no conflict is needed for that; null when none was.</summary>
    internal MergeSide? SideOfDisk(string disk)
    {
        string place = MergeConflictPath.OfDisk(disk);
        if (Theirs.FirstOrDefault(chosen => Normalize(chosen) == place) is { } theirs)
            return Use(theirs, MergeSide.Theirs);
        return Ours.FirstOrDefault(chosen => Normalize(chosen) == place) is { } ours ? Use(ours, MergeSide.Ours) : null;

        MergeSide Use(string chosen, MergeSide side)
        {
            _used[chosen] = true;
            return side;
        }
    }

    /// <summary>Checks, when all was merged, that each path that was chosen had something to decide, so that none is mistyped.</summary>
    /// <exception cref="UsageException">One had not.</exception>
    internal void CheckUsed()
    {
        if (Ours.Concat(Theirs).FirstOrDefault(path => !_used.ContainsKey(path)) is { } unused)
            throw new UsageException(
                $"nothing at '{unused}' or below it was changed on both sides, so no side can be taken there; leave it out, or look at "
                + "the path");
    }

    private static (string Chosen, int Length) FindLongest(IReadOnlyList<string> paths, string path)
    {
        (string, int) longest = ("", -1);
        foreach (string chosen in paths)
        {
            string limit = Normalize(chosen);
            if ((path == limit || limit == "/" || path.StartsWith(limit + "/", StringComparison.Ordinal)) && limit.Length > longest.Item2)
                longest = (chosen, limit.Length);
        }

        return longest;
    }

    private static string Normalize(string path)
    {
        string trimmed = path.TrimEnd('/');
        return trimmed.StartsWith('/') || trimmed.StartsWith('@') ? trimmed : "/" + trimmed;
    }
}
