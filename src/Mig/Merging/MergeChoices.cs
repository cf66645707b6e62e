using Mig.History.Merging;

namespace Mig.Merging;

/// <summary>What the user decided before a merge began.</summary>
public sealed record MergeChoices
{
    public static MergeChoices None { get; } = new();

    /// <summary>Whose side is taken wherever there is a conflict; null for none. Texts are still merged where they are not in conflict.</summary>
    public MergeSide? Favored { get; init; }

    /// <summary>Paths whose conflicts our side decides, with all below them: as <see cref="MergeConflictPath"/> writes them, a slash at the start is optional.</summary>
    public IReadOnlyList<string> Ours { get; init; } = [];

    /// <summary>Paths whose conflicts their side decides.</summary>
    public IReadOnlyList<string> Theirs { get; init; } = [];

    /// <summary>Contents that were made by hand, by path.</summary>
    public IReadOnlyDictionary<string, byte[]> Contents { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Whose side decides a path; null when nobody's does.</summary>
    internal MergeSide? SideOf(string path)
    {
        if (Contains(Ours, path))
            return MergeSide.Ours;
        return Contains(Theirs, path) ? MergeSide.Theirs : Favored;
    }

    private static bool Contains(IReadOnlyList<string> paths, string path) =>
        paths.Any(chosen => Normalize(chosen) is var limit && (path == limit || limit == "/" || path.StartsWith(limit + "/", StringComparison.Ordinal)));

    private static string Normalize(string path)
    {
        string trimmed = path.TrimEnd('/');
        return trimmed.StartsWith('/') || trimmed.StartsWith('@') ? trimmed : "/" + trimmed;
    }
}
