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

    internal static CorruptStoreException Corrupt(LayoutId id, string problem) => new("OBJ-005", $"layout {id}: {problem}; run mig fsck");
}
