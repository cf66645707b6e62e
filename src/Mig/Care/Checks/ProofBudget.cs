using Mig.Core;

namespace Mig.Care.Checks;

/// <summary>
/// What a proof may still read: images come from strangers, and a small one can say that it is of any size. For several threads.
/// </summary>
internal sealed class ProofBudget(long bytes)
{
    private const long StepCost = 4096;

    private long _spent;

    /// <summary>Says that a piece of a disk or of a file is looked at.</summary>
    public void Step() => Spend(StepCost);

    /// <summary>Says that bytes are read.</summary>
    /// <exception cref="ViewDifferenceException">VIEW-002: it is used up.</exception>
    public void Spend(long count)
    {
        if (Interlocked.Add(ref _spent, count) > bytes)
            throw new ViewDifferenceException(
                ViewDifference.Unknown($"seeing whether its files are what it holds takes more than {bytes} bytes of reading"));
    }
}
