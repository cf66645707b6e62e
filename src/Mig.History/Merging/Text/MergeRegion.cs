namespace Mig.History.Merging.Text;

/// <summary>
/// Lines of both sides that stand for the same lines of the base, where at least one side changed them. Ends are exclusive.
/// </summary>
/// <param name="Side">Whose lines are taken; null where both changed them.</param>
internal readonly record struct MergeRegion(MergeSide? Side, int Ours, int OursEnd, int Theirs, int TheirsEnd)
{
    /// <summary>The first of the lines of the base.</summary>
    public int Base { get; init; }

    public int BaseEnd { get; init; }

    /// <summary>Returns one region for both and what is between them.</summary>
    public MergeRegion JoinedWith(MergeRegion next) =>
        new(Side == next.Side ? Side : null, Ours, next.OursEnd, Theirs, next.TheirsEnd) { Base = Base, BaseEnd = next.BaseEnd };
}
