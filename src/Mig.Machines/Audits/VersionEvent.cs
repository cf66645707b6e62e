namespace Mig.Machines.Audits;

/// <summary>A turn in the history of a vulnerability.</summary>
internal sealed record VersionEvent(VersionEventKind Kind, string Version);
