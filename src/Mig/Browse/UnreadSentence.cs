using System.Text;
using Mig.History.Images;

namespace Mig.Browse;

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
        return unread.Count == 1 ? $"not all of it could be read: {first}" : $"not all of it could be read, in {unread.Count} places; the first is {first}";
    }

    /// <summary>The path as people write it.</summary>
    public static string PathOf(UnreadPath unread)
    {
        ArgumentNullException.ThrowIfNull(unread);
        return "/" + Encoding.UTF8.GetString(unread.Path.Span);
    }
}
