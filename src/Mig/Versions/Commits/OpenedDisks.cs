using Mig.Core;
using Mig.Disks;
using Mig.History.Refs;
using Mig.Images.Ingest;

namespace Mig.Versions.Commits;

/// <summary>Disks of a version that are open, and where what is made of them goes.</summary>
/// <param name="Disks">Not owned.</param>
/// <param name="Onto">The version that they come from, and its branch.</param>
/// <param name="Plans">What of each need not be read; null when everything is.</param>
/// <param name="Made">Is told of the version when it is durable, before the branch moves.</param>
internal sealed record OpenedDisks(
    IReadOnlyList<DiskImage> Disks, Head Onto, IReadOnlyList<IUnreadPlan?> Plans, Action<CommitId>? Made = null);
