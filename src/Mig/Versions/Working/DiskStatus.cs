using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Refs;
using Mig.Versions.Compare;

namespace Mig.Versions.Working;

/// <summary>Where the repository stands, and how disks differ from a version.</summary>
/// <param name="Head">The branch, and the commit that is on it.</param>
/// <param name="Upstream">What the branch follows; null when nothing.</param>
/// <param name="Apart">How far both are apart; null when one of them has no commit.</param>
/// <param name="Sides">The version and the disks; null when no disk is known, or there is no version yet.</param>
/// <param name="Files">How the files differ.</param>
/// <param name="Disks">What differs outside of files.</param>
public sealed record DiskStatus(Head Head, UpstreamBranch? Upstream, AheadBehind? Apart, ComparedSides? Sides, ImageComparison? Files,
    IReadOnlyList<DiskComparison> Disks) : IDisposable
{
    /// <summary>Bytes that were not read, since sizes, times and places of their files are as they were.</summary>
    public long TrustedBytes => Sides?.DisksAfter?.Reports.Sum(report => report.TrustedBytes) ?? 0;

    /// <summary>Whether anything differs, times included.</summary>
    public bool Differs => Sides is not null && (Sides.Before != Sides.After)
        && (Disks.Count > 0 || Files!.Volumes.Any(volume => volume.Changes.Count > 0));

    public void Dispose() => Sides?.Dispose();
}
