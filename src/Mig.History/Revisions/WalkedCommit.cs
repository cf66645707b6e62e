using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Revisions;

/// <summary>A commit met on a walk.</summary>
public sealed record WalkedCommit(CommitId Id, Commit Commit);
