namespace Mig.History.Diffs;

/// <summary>The paths that a comparison is limited to: each with all that is below it, or a pattern as Git has them.</summary>
/// <param name="paths">Without a slash at either end; an empty one means everything, and so does no path at all.</param>
public sealed class PathLimits(IReadOnlyList<ReadOnlyMemory<byte>> paths)
{
    private readonly PathPattern[] _patterns = [.. paths.Select(path => new PathPattern(path))];

    /// <summary>No limit.</summary>
    public static PathLimits None { get; } = new([]);

    /// <summary>Tells whether a path is wanted.</summary>
    public bool Includes(ReadOnlySpan<byte> path)
    {
        foreach (PathPattern pattern in _patterns)
        {
            if (pattern.Includes(path))
                return true;
        }

        return _patterns.Length == 0;
    }

    /// <summary>Tells whether anything below a directory can be wanted.</summary>
    public bool MayIncludeBelow(ReadOnlySpan<byte> directory)
    {
        foreach (PathPattern pattern in _patterns)
        {
            if (pattern.MayIncludeBelow(directory))
                return true;
        }

        return _patterns.Length == 0;
    }
}
