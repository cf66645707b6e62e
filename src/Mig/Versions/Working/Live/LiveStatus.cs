using Mig.Core;
using Mig.Versions.Compare;

namespace Mig.Versions.Working.Live;

/// <summary>What a running system has that a version has not, and the other way round.</summary>
/// <param name="Version">The version.</param>
/// <param name="Changes">By path.</param>
/// <param name="NotCompared">Paths below which nothing was compared, and why.</param>
/// <param name="Compared">Paths that are in both.</param>
/// <param name="HashedBytes">Bytes that the system read, since size and time did not say enough.</param>
/// <param name="Problems">What the system said that it could not read.</param>
public sealed record LiveStatus(
    ImageId Version,
    IReadOnlyList<LiveChange> Changes,
    IReadOnlyList<(string Path, string Reason)> NotCompared,
    long Compared,
    long HashedBytes,
    IReadOnlyList<string> Problems)
{
    /// <summary>The packages that are others.</summary>
    public IReadOnlyList<PackageChange> Packages { get; init; } = [];

    /// <summary>What of the version's files could not be compared, one sentence each.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];
}
