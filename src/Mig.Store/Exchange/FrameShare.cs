namespace Mig.Store.Exchange;

/// <summary>
/// One of several shares of the frames that a set of objects lies in. The shares of the same objects, in the same order, make up all of
/// them.
/// </summary>
/// <param name="Index">Which share, from 0.</param>
/// <param name="Count">How many there are; 1 or more.</param>
public readonly record struct FrameShare(int Index, int Count)
{
    public static readonly FrameShare All = new(0, 1);

    /// <param name="number">The number of a frame.</param>
    internal bool Has(ulong number) => number % (uint)Count == (uint)Index;
}
