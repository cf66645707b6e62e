using Mig.Core;

namespace Mig.Versions.Bisecting.Parts;

/// <summary>Which changes between two versions break a machine.</summary>
/// <param name="Culprits">A smallest set: none can be left out. Empty when no change of files does, or it cannot be said.</param>
/// <param name="Companions">What they cannot be without.</param>
/// <param name="Suspects">When not all could be tested: one of these is needed, too.</param>
/// <param name="Machine">The good version with the culprits and what they need; null without culprits.</param>
/// <param name="Tests">How many machines were tested.</param>
public sealed record PartBisectResult(
    IReadOnlyList<ChangePart> Culprits, IReadOnlyList<ChangePart> Companions, IReadOnlyList<ChangePart> Suspects,
    CommitId? Machine, int Tests);
