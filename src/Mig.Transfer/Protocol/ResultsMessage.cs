namespace Mig.Transfer.Protocol;

/// <summary>What became of the refs of a push, in order; null for those that moved.</summary>
internal sealed record ResultsMessage(IReadOnlyList<string?> Refusals);
