namespace Mig.Versions.Bisecting.Parts;

/// <summary>What a search among parts found, by their numbers.</summary>
/// <param name="Needed">The parts that break a machine together; empty when all parts together break nothing.</param>
/// <param name="Companions">What a machine with them must have, too, and what breaks nothing by itself as far as is known.</param>
/// <param name="Suspects">Parts one of which is needed, too, and which cannot be tested apart.</param>
internal sealed record PartFinding(IReadOnlyList<int> Needed, IReadOnlyList<int> Companions, IReadOnlyList<int> Suspects)
{
    public static PartFinding None { get; } = new([], [], []);
}
