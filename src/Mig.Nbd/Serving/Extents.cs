using Mig.Core;
using Mig.Nbd.Wire;

namespace Mig.Nbd.Serving;

/// <summary>Says which parts of a range are stored, in blocks: what is stored in part counts as stored.</summary>
internal static class Extents
{
    /// <summary>
    /// Lists them from the beginning of the range on, each different from the one before; the list may end before the range does.
    /// </summary>
    /// <param name="range">Not empty, within the source.</param>
    /// <param name="most">Most extents.</param>
    public static List<(uint Length, bool IsStored)> List(IByteSource source, ByteRange range, int most)
    {
        var extents = new List<(uint, bool)>();
        long done = range.Offset, runEnd = range.Offset;
        foreach (ByteRange stored in source.GetStoredRanges(range))
        {
            long start = Math.Max(range.Offset, Down(stored.Offset)), end = Math.Min(range.End, Up(stored.End));
            if (start > runEnd)
            {
                Add(runEnd, isStored: true);
                Add(start, isStored: false);
                if (extents.Count >= most)
                    break;
            }

            runEnd = Math.Max(runEnd, end);
        }

        if (extents.Count < most)
        {
            Add(runEnd, isStored: true);
            Add(range.End, isStored: false);
        }

        if (extents.Count > most)
            extents.RemoveRange(most, extents.Count - most);
        return extents;

        void Add(long end, bool isStored)
        {
            if (end > done)
                extents.Add(((uint)(end - done), isStored));
            done = Math.Max(done, end);
        }
    }

    private static long Down(long offset) => offset / NbdLimits.PreferredBlock * NbdLimits.PreferredBlock;

    private static long Up(long offset) => offset > long.MaxValue - NbdLimits.PreferredBlock ? long.MaxValue
        : Down(offset + NbdLimits.PreferredBlock - 1);
}
