using System.Text;
using Mig.History.Images;

namespace Mig.Machines.Coverage;

/// <summary>Says in a sentence without a full stop what of a volume could not be read.</summary>
public static class UnreadSentence
{
    public static string Of(ImageVolume volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        return Of(volume.Unread);
    }

    /// <param name="unread">At least one.</param>
    public static string Of(IReadOnlyList<UnreadPath> unread)
    {
        ArgumentNullException.ThrowIfNull(unread);
        string first = $"{PathOf(unread[0])}: {unread[0].Reason}";
        return unread.Count == 1 ? $"not all of it could be read: {first}"
            : $"not all of it could be read, in {unread.Count} places; the first is {first}";
    }

    /// <summary>
    /// Why a path is not there, behind its name: it, or the directory that it would be in, could not be read. Null when that is not so.
    /// </summary>
    internal static string? FindReason(ImageVolume volume, ReadOnlySpan<byte> path)
    {
        UnreadPath? found = null;
        foreach (UnreadPath unread in volume.Unread)
        {
            if (unread.Covers(path))
                found = unread;
        }

        return found is null ? null : $"is not in the version, since it could not be read when the disk was committed: {found.Reason}";
    }

    /// <summary>The path as people write it.</summary>
    public static string PathOf(UnreadPath unread)
    {
        ArgumentNullException.ThrowIfNull(unread);
        return "/" + Encoding.UTF8.GetString(unread.Path.Span);
    }
}
