using Mig.Core;
using Mig.History.Commits;
using Mig.History.Refs;

namespace Mig.Edits.Remediation;

/// <summary>A branch that is to be changed, and where it is.</summary>
internal sealed record RemediationTarget(RefName Branch, CommitId Id, Commit Commit);
