namespace Mig.Transfer.Protocol;

/// <summary>All refs.</summary>
internal sealed record RefsMessage(string? HeadTarget, string? HeadId, IReadOnlyList<RefMessage> Refs);
