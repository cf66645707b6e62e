using Mig.Core;
using Mig.Machines.Baselines;
using Mig.Machines.Coverage;

namespace Mig.Machines.Audits;

/// <summary>What an audit found in one version.</summary>
/// <param name="Name">How the user called it.</param>
/// <param name="Commit">Null for an image that was named by its own id.</param>
/// <param name="Packages">How many packages were looked at.</param>
/// <param name="Vulnerabilities">Sorted by package and id.</param>
/// <param name="Rules">In the order of the baseline.</param>
/// <param name="Coverage">What could not be looked at.</param>
public sealed record AuditedImage(string Name, CommitId? Commit, ImageId Image, int Packages, IReadOnlyList<AuditFinding> Vulnerabilities,
    IReadOnlyList<RuleFinding> Rules, ImageCoverage Coverage)
{
    /// <summary>Whether there is anything to do.</summary>
    public bool HasFindings => Rules.Count > 0 || Vulnerabilities.Any(finding => finding.IsOpen);
}
