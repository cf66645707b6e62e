namespace Mig.Transfer.Protocol;

/// <summary>A ref, and the commit that an annotated tag leads to.</summary>
internal sealed record RefMessage(string Name, string Id, string? Peeled = null);
