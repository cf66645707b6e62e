using System.Numerics;
using System.Runtime.InteropServices;

namespace Mig.FileSystems;

/// <summary>Bits of a bitmap block; bit 0 is the lowest of the first byte.</summary>
internal static class Bitmap
{
    /// <summary>Returns the first bit from <paramref name="start"/> that has a value, or <paramref name="count"/>.</summary>
    public static int IndexOf(ReadOnlySpan<byte> bitmap, bool value, int start, int count)
    {
        ulong flip = value ? 0 : ulong.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bitmap);
        for (int i = start; i < count; i = (i | 63) + 1)
        {
            ulong word = (words[i / 64] ^ flip) >> (i % 64);
            if (word != 0)
                return Math.Min(count, i + BitOperations.TrailingZeroCount(word));
        }

        return count;
    }

    public static bool Get(ReadOnlySpan<byte> bitmap, int bit) => (bitmap[bit / 8] >> (bit % 8) & 1) != 0;

    public static void Fill(Span<byte> bitmap, int start, int count, bool value)
    {
        for (int bit = start; bit < start + count; bit++)
        {
            if (bit % 8 == 0 && bit + 8 <= start + count)
            {
                bitmap[bit / 8] = value ? byte.MaxValue : (byte)0;
                bit += 7;
            }
            else if (value)
            {
                bitmap[bit / 8] |= (byte)(1 << (bit % 8));
            }
            else
            {
                bitmap[bit / 8] &= (byte)~(1 << (bit % 8));
            }
        }
    }

    /// <summary>Counts the bits that are 0 among the first <paramref name="count"/>.</summary>
    public static int CountClear(ReadOnlySpan<byte> bitmap, int count)
    {
        int clear = 0;
        for (int bit = IndexOf(bitmap, false, 0, count); bit < count;)
        {
            int end = IndexOf(bitmap, true, bit, count);
            clear += end - bit;
            bit = IndexOf(bitmap, false, end, count);
        }

        return clear;
    }
}
