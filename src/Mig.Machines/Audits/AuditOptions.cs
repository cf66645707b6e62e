using Mig.Machines.Baselines;

namespace Mig.Machines.Audits;

/// <summary>What an audit looks for.</summary>
public sealed record AuditOptions
{
    /// <summary>Null to look for none.</summary>
    public VulnerabilityFeed? Feed { get; init; }

    /// <summary>Null to look for none.</summary>
    public Baseline? Baseline { get; init; }

    /// <summary>Ids and aliases of vulnerabilities that are accepted.</summary>
    public IReadOnlySet<string> Ignored { get; init; } = new HashSet<string>();

    /// <summary>
    /// Whether the first parents of each version are looked at, to say since when it has a vulnerability and which were fixed.
    /// </summary>
    public bool WantsHistory { get; init; }
}
