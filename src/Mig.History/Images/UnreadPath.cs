namespace Mig.History.Images;

/// <summary>Something on a volume that was looked into, and that could not be read: it is not in the manifest, or not all of it.</summary>
/// <param name="Path">From the volume's root, without a slash in front; of a directory when some of its names are missing; empty for the
/// root, and for the volume as a whole.</param>
/// <param name="Reason">What is wrong, in one sentence.</param>
public sealed record UnreadPath(ReadOnlyMemory<byte> Path, string Reason)
{
    /// <summary>Most of them on one volume.</summary>
    public const int MaxCount = 1 << 14;

    /// <summary>Most bytes of all paths and reasons of one volume.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>Compares by content.</summary>
    public static IEqualityComparer<UnreadPath> Comparer { get; } = EqualityComparer<UnreadPath>.Create(
        static (left, right) => left!.Reason == right!.Reason && left.Path.Span.SequenceEqual(right.Path.Span),
        static path => path.Reason.GetHashCode(StringComparison.Ordinal));

    /// <summary>Tells whether an image can hold so many.</summary>
    public static bool Fits(IReadOnlyCollection<UnreadPath> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return paths.Count <= MaxCount && paths.Sum(path => path.Path.Length + (3L * path.Reason.Length)) <= MaxBytes;
    }

    /// <summary>Tells whether a path is this one, or below it.</summary>
    public bool Covers(ReadOnlySpan<byte> path) =>
        path.StartsWith(Path.Span) && (path.Length == Path.Length || (!Path.IsEmpty && path[Path.Length] == (byte)'/'));
}
