using Mig.History.Images;

namespace Mig.Care.Checks;

/// <summary>
/// What an image says could not be read of a volume. It may say so of more than cannot be read by now, since readers learn; never of less.
/// Reasons are words for people, and are not compared.
/// </summary>
internal sealed class UnreadProof(ImageVolume volume)
{
    private readonly HashSet<string> _paths = [.. volume.Unread.Select(unread => KeyOf(unread.Path.Span))];

    /// <summary>Returns the first path that cannot be read without the image saying so; null when there is none.</summary>
    public UnreadPath? FindUnsaid(IReadOnlyList<UnreadPath> found) =>
        found.FirstOrDefault(unread => !_paths.Contains(KeyOf(unread.Path.Span)));

    /// <summary>Tells whether the manifest may lack a name, or say other things of it than the disk.</summary>
    /// <param name="path">Without a slash in front.</param>
    public bool MayLack(ReadOnlySpan<byte> path)
    {
        if (_paths.Count == 0)
            return false;
        while (!path.IsEmpty)
        {
            if (_paths.Contains(KeyOf(path)))
                return true;
            path = path[..Math.Max(0, path.LastIndexOf((byte)'/'))];
        }

        return false;
    }

    private static string KeyOf(ReadOnlySpan<byte> path) => System.Text.Encoding.Latin1.GetString(path);
}
