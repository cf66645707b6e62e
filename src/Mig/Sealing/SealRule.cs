namespace Mig.Sealing;

/// <summary>What to do to the paths that a pattern names.</summary>
/// <param name="Pattern">From the machine's root; <c>*</c> and <c>?</c> do not cross slashes, and <c>~</c> at the begin stands for the home of each user.</param>
public sealed record SealRule(SealAction Action, string Pattern);
