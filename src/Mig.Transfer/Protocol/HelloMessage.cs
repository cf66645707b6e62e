namespace Mig.Transfer.Protocol;

/// <summary>What a server says of itself and its repository.</summary>
internal sealed record HelloMessage(int Protocol, int Format, string Program)
{
    /// <summary>The feature of those who give refs in pages and by prefix.</summary>
    public const string RefsInPages = "refs-in-pages";

    /// <summary>The feature of those who take manifests piece by piece, before the push that they belong to.</summary>
    public const string ManifestsInPieces = "manifests-in-pieces";

    /// <summary>
    /// The feature of those who say of a list of refs that it is as it was, how many refs there are, and with the same answer which objects
    /// they have.
    /// </summary>
    public const string RefsUnchanged = "refs-unchanged";

    /// <summary>What the server can beyond the first version; null for nothing.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Most refs of one push; 0 for any number.</summary>
    public int MaxUpdates { get; init; }

    /// <summary>Most refs of the repository; 0 for any number.</summary>
    public int MaxRefs { get; init; }

    /// <summary>Most bytes of frames in one call; 0 for any number.</summary>
    public long MaxInputSize { get; init; }
}
