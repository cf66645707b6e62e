using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mig.Store.Content;

/// <summary>
/// Cuts bytes where their content says so, so that equal stretches are cut equally wherever they lie.
/// FastCDC (Xia et al., USENIX ATC 2016) with normalised chunking; the parameters are part of the format (docs/format.md, "Chunking").
/// </summary>
public static class FastCdc
{
    public const int MinSize = 16 << 10;
    public const int AverageSize = 64 << 10;
    public const int MaxSize = 256 << 10;

    // Two bits more than the average calls for before it, two bits less after (normalisation level 2). The mask takes the hash's upper
    // bits, which depend on the last 48 bytes or more.
    private const ulong MaskBeforeAverage = ((1UL << 18) - 1) << (64 - 18);
    private const ulong MaskAfterAverage = ((1UL << 14) - 1) << (64 - 14);

    private static readonly ulong[] Gear = CreateGear();

    /// <summary>Returns the length of the first chunk of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What is to be cut: at least <see cref="MaxSize"/> bytes, unless the data ends sooner.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Cut(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= MinSize)
            return bytes.Length;
        int end = Math.Min(bytes.Length, MaxSize), normal = Math.Min(end, AverageSize);
        ref byte data = ref MemoryMarshal.GetReference(bytes);
        ref ulong gear = ref MemoryMarshal.GetArrayDataReference(Gear);
        ulong hash = 0;
        int i = MinSize;
        for (; i < normal; i++)
        {
            hash = (hash << 1) + Unsafe.Add(ref gear, Unsafe.Add(ref data, i));
            if ((hash & MaskBeforeAverage) == 0)
                return i + 1;
        }

        for (; i < end; i++)
        {
            hash = (hash << 1) + Unsafe.Add(ref gear, Unsafe.Add(ref data, i));
            if ((hash & MaskAfterAverage) == 0)
                return i + 1;
        }

        return end;
    }

    // The gear table is the SplitMix64 sequence (Steele et al., OOPSLA 2014) from this seed, "mig gear" in ASCII.
    private static ulong[] CreateGear()
    {
        ulong state = 0x6D69672067656172;
        var gear = new ulong[256];
        for (int i = 0; i < gear.Length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            gear[i] = z ^ (z >> 31);
        }

        return gear;
    }
}
