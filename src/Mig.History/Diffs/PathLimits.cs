namespace Mig.History.Diffs;

/// <summary>The paths that a comparison is limited to: each with all that is below it.</summary>
/// <param name="paths">Without a slash at either end; an empty one means everything, and so does no path at all.</param>
public sealed class PathLimits(IReadOnlyList<ReadOnlyMemory<byte>> paths)
{
    /// <summary>No limit.</summary>
    public static PathLimits None { get; } = new([]);

    /// <summary>Tells whether a path is wanted.</summary>
    public bool Includes(ReadOnlySpan<byte> path)
    {
        foreach (ReadOnlyMemory<byte> limit in paths)
        {
            if (IsWithin(path, limit.Span))
                return true;
        }

        return paths.Count == 0;
    }

    /// <summary>Tells whether anything below a directory can be wanted.</summary>
    public bool MayIncludeBelow(ReadOnlySpan<byte> directory)
    {
        foreach (ReadOnlyMemory<byte> limit in paths)
        {
            if (IsWithin(limit.Span, directory))
                return true;
        }

        return Includes(directory);
    }

    private static bool IsWithin(ReadOnlySpan<byte> path, ReadOnlySpan<byte> directory) =>
        directory.IsEmpty || (path.StartsWith(directory) && (path.Length == directory.Length || path[directory.Length] == (byte)'/'));
}
