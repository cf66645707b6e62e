using Mig.History.Images;
using Mig.Machines.Coverage;

namespace Mig.Cli.Json;

/// <summary>What of a volume could not be read, and why. <c>/</c> is the root directory, or the volume as a whole.</summary>
internal sealed record UnreadJson(string Path, string Reason)
{
    public static UnreadJson Of(UnreadPath unread) => new(UnreadSentence.PathOf(unread), unread.Reason);
}
