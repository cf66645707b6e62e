using Mig.History.Refs;

namespace Mig.Transfer;

/// <summary>What became of one ref of a push.</summary>
/// <param name="Refusal">Why it did not move; null when it did.</param>
public sealed record PushResult(RefName Name, string? Refusal);
