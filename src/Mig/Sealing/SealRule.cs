namespace Mig.Sealing;

/// <summary>What to do to the paths that a pattern names.</summary>
/// <param name="Pattern">From the machine's root; <c>*</c> and <c>?</c> do not cross slashes.</param>
public sealed record SealRule(SealAction Action, string Pattern);
