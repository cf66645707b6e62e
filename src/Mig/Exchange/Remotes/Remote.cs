using Mig.Core;
using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>
/// Another repository as the configuration describes it (<c>remote.NAME.…</c>), or one that was named by its address alone.
/// </summary>
/// <param name="Name">Null when only its address is known.</param>
/// <param name="Urls">Addresses to fetch from; the first one counts.</param>
/// <param name="PushUrls">Addresses to push to.</param>
/// <param name="Fetch">What a fetch takes, and where it is kept.</param>
/// <param name="Push">What a push sends when it is not told.</param>
public sealed record Remote(string? Name, IReadOnlyList<string> Urls, IReadOnlyList<string> PushUrls, IReadOnlyList<Refspec> Fetch,
    IReadOnlyList<Refspec> Push)
{
    /// <summary>The address to fetch from.</summary>
    /// <exception cref="UsageException">It has none.</exception>
    public string FetchUrl => Urls.Count > 0 ? Urls[0] : throw NoAddress();

    /// <summary>Which tags a fetch takes, when it is not told (<c>tagOpt</c>).</summary>
    public TagFetch Tags { get; init; }

    /// <summary>Whether a fetch removes tracking refs of what is gone, when it is not told (<c>prune</c>).</summary>
    public bool Prunes { get; init; }

    /// <summary>Whether it holds contents that this repository left out (<c>promisor</c>).</summary>
    public bool IsPromisor { get; init; }

    /// <summary>Whether <c>fetch --all</c> leaves it out (<c>skipFetchAll</c>).</summary>
    public bool IsSkipped { get; init; }

    /// <summary>Returns where a ref of it is kept here; null when it is not kept.</summary>
    public RefName? TrackingOf(RefName theirs)
    {
        ArgumentNullException.ThrowIfNull(theirs);
        if (Fetch.Any(refspec => refspec.IsNegative && refspec.Matches(theirs.Value)))
            return null;
        foreach (Refspec refspec in Fetch)
        {
            if (refspec.Map(theirs.Value) is { } name && RefName.TryParse(name, out RefName? tracking))
                return tracking;
        }

        return null;
    }

    /// <summary>Returns what a tracking ref is called there; null when it does not come from here.</summary>
    public RefName? SourceOf(RefName tracking)
    {
        ArgumentNullException.ThrowIfNull(tracking);
        foreach (Refspec refspec in Fetch)
        {
            if (refspec.MapBack(tracking.Value) is { } name && RefName.TryParse(name, out RefName? theirs))
                return theirs;
        }

        return null;
    }

    internal UsageException NoAddress() => new($"remote {Name} has no address; 'mig remote set-url {Name} ADDRESS' gives it one");
}
