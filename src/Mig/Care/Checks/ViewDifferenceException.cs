namespace Mig.Care.Checks;

/// <summary>The views of a disk differ; it never leaves <see cref="ViewProof"/>.</summary>
internal sealed class ViewDifferenceException(ViewDifference difference) : Exception(difference.Message)
{
    public ViewDifference Difference { get; } = difference;
}
