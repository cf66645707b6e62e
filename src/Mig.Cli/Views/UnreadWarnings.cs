using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.History.Images;
using Mig.Images.Browse;

namespace Mig.Cli.Views;

/// <summary>Says what of a damaged volume an answer does not rest on, because it could not be read.</summary>
internal static class UnreadWarnings
{
    private const int MostPaths = 5;

    /// <param name="place">What stands in front: a disk, a revision.</param>
    public static void Say(Session session, string place, IReadOnlyCollection<UnreadPath> unread)
    {
        foreach (UnreadPath path in unread.Take(MostPaths))
            session.Warn($"{place}: {SafeText.Name(PathOf(path))} could not be read: {SafeText.Line(path.Reason)}");
        if (unread.Count > MostPaths)
            session.Warn(
                $"{place}: {Sizes.Count(unread.Count - MostPaths, "more path", "more paths")} could not be read; mig show names all");
    }

    /// <summary>Says what of a directory's names could not be read.</summary>
    /// <param name="revision">How the user called the version.</param>
    /// <param name="isRecursive">Whether all that is below is asked for.</param>
    public static void SayBelow(Session session, string revision, ImagePath place, bool isRecursive)
    {
        if (place.Volume.Unread.Count == 0)
            return;
        var top = new UnreadPath(place.Path, "");
        Say(session, SafeText.Name(revision), [.. place.Volume.Unread.Where(unread => top.Covers(unread.Path.Span) || place.Path.IsEmpty)
            .Where(unread => isRecursive || unread.Path.Span[place.Path.Length..].TrimStart((byte)'/').IndexOf((byte)'/') < 0)]);
    }

    private static byte[] PathOf(UnreadPath unread) => [(byte)'/', .. unread.Path.Span];
}
