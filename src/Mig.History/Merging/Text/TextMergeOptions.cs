namespace Mig.History.Merging.Text;

/// <summary>How a merge of texts shows conflicts, or does not.</summary>
/// <param name="OursLabel">What stands after the mark above our lines.</param>
/// <param name="TheirsLabel">What stands after the mark below their lines.</param>
/// <param name="Favored">Whose lines are taken where both changed the same ones; null for a conflict.</param>
public sealed record TextMergeOptions(string OursLabel, string TheirsLabel, MergeSide? Favored = null)
{
    /// <summary>
    /// Whether conflicts show the lines of the base, too, and all lines that a side changed (<c>diff3</c> of Git); else they are cut down
    /// to what differs.
    /// </summary>
    public bool ShowsBase { get; init; }

    public static TextMergeOptions Default { get; } = new("ours", "theirs");
}
