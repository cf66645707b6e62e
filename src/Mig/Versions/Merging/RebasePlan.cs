using Mig.Core;
using Mig.History.Refs;

namespace Mig.Versions.Merging;

/// <summary>What a rebase is going to do to a branch.</summary>
/// <param name="Branch">The branch; null for a HEAD that is on none.</param>
/// <param name="Tip">Where it is.</param>
/// <param name="Onto">What it is put on.</param>
/// <param name="Versions">How many versions are to be made anew.</param>
public sealed record RebasePlan(RefName? Branch, CommitId Tip, CommitId Onto, int Versions);
