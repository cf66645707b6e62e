using Mig.Core;

namespace Mig.History.Revisions;

/// <summary>A set of commits: those reachable from the included ones and not from the excluded ones.</summary>
public sealed record RevisionSet(IReadOnlyList<CommitId> Include, IReadOnlyList<CommitId> Exclude);
