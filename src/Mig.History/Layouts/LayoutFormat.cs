using Mig.Core;

namespace Mig.History.Layouts;

/// <summary>The shape of a layout: a radix tree over the disk (docs/format.md, "Layouts").</summary>
public static class LayoutFormat
{
    /// <summary>Bytes of disk that a leaf covers.</summary>
    public const int LeafSize = 1 << 20;

    /// <summary>Children of an inner node.</summary>
    public const int FanOut = 128;

    internal const byte Version = 1;

    /// <summary>The most levels a disk of 2^63 bytes needs.</summary>
    internal const int MaxLevel = 7;

    /// <summary>Level of the root for a disk of so many bytes; a leaf has level 0.</summary>
    public static int RootLevel(long diskLength)
    {
        int level = 0;
        for (long leaves = (diskLength + LeafSize - 1) / LeafSize; leaves > 1; leaves = (leaves + FanOut - 1) / FanOut)
            level++;
        return level;
    }

    /// <summary>Bytes of disk that a node of a level covers.</summary>
    public static long Span(int level)
    {
        long span = LeafSize;
        for (; level > 0; level--)
            span = span > long.MaxValue / FanOut ? long.MaxValue : span * FanOut;
        return span;
    }

    /// <summary>Returns where on the disk the child in a slot begins.</summary>
    /// <exception cref="CorruptStoreException">OBJ-005: after the end of the disk.</exception>
    internal static long ChildStart(LayoutId id, int slot, int level, long start, long diskLength)
    {
        long span = Span(level - 1);
        return slot == 0 || span < (diskLength - start + slot - 1) / slot
            ? start + (slot * span)
            : throw Corrupt(id, $"child {slot} lies after the end of a disk of {diskLength} bytes");
    }

    /// <summary>Checks that the pieces of a leaf end by the end of the disk.</summary>
    internal static void CheckEnd(LayoutId id, LayoutNode leaf, long start, long diskLength)
    {
        if (leaf.Pieces.Count > 0 && leaf.Pieces[^1].End > diskLength - start)
            throw Corrupt(id, $"a piece ends at {start + leaf.Pieces[^1].End} on a disk of {diskLength} bytes");
    }

    internal static CorruptStoreException Corrupt(LayoutId id, string problem) => new("OBJ-005", $"layout {id}: {problem}; run mig fsck");
}
