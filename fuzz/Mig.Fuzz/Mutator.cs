using System.Buffers.Binary;

namespace Mig.Fuzz;

/// <summary>
/// Damages sound input the way that finds what parsers forget: bits, fields set to the values at the edges, parts moved, ends cut.
/// </summary>
internal static class Mutator
{
    private static readonly byte[] Bytes = [0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF];

    public static byte[] Mutate(Random random, byte[] seed, IReadOnlyList<byte[]> all)
    {
        byte[] input = [.. seed];
        for (int count = 1 + (random.Next(3) == 0 ? random.Next(12) : random.Next(3)); count > 0 && input.Length > 0; count--)
            input = MutateOnce(random, input, all);
        return input;
    }

    private static byte[] MutateOnce(Random random, byte[] input, IReadOnlyList<byte[]> all)
    {
        int at = Pick(random, input);
        switch (random.Next(16))
        {
            case < 4:
                input[at] ^= (byte)(1 << random.Next(8));
                return input;
            case < 6:
                input[at] = Bytes[random.Next(Bytes.Length)];
                return input;
            case < 12:
                SetField(random, input, at);
                return input;
            case 12:
                byte[] other = all[random.Next(all.Count)];
                int length = Math.Min(1 << random.Next(12), Math.Min(input.Length, other.Length));
                other.AsSpan(random.Next(other.Length - length + 1), length).CopyTo(input.AsSpan(random.Next(input.Length - length + 1)));
                return input;
            case 13:
                int start = at / 512 * 512;
                input.AsSpan(start, Math.Min(512, input.Length - start)).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xFF);
                return input;
            case 14:
                return input[..random.Next(input.Length)];
            default:
                return [.. input, .. new byte[random.Next(1024)]];
        }
    }

    // Zeros are mostly padding: what is not zero, or next to it, means something.
    private static int Pick(Random random, byte[] input)
    {
        int at = random.Next(input.Length);
        if (random.Next(8) == 0)
            return at;
        int found = input.AsSpan(at).IndexOfAnyExcept((byte)0);
        at = found < 0 ? Math.Max(0, input.AsSpan(0, at).LastIndexOfAnyExcept((byte)0)) : at + found;
        return Math.Clamp(at + random.Next(-4, 5), 0, input.Length - 1);
    }

    private static void SetField(Random random, byte[] input, int at)
    {
        int size = 2 << random.Next(3);
        if (input.Length < size)
            return;
        at = Math.Min(at / size * size, input.Length - size);
        Span<byte> field = input.AsSpan(at, size);
        bool isBig = random.Next(4) == 0;
        ulong mask = size == 8 ? ulong.MaxValue : (1UL << (size * 8)) - 1;
        ulong old = Read(field, isBig);
        ulong value = random.Next(12) switch
        {
            0 => 0,
            1 => 1,
            2 => mask,
            3 => mask - 1,
            4 => mask >> 1,
            5 => (mask >> 1) + 1,
            6 => (ulong)input.Length,
            7 => (ulong)input.Length - 1,
            8 => old + 1,
            9 => old - 1,
            10 => old << random.Next(1, 16),
            _ => (ulong)random.NextInt64(),
        };
        Write(field, value & mask, isBig);
    }

    private static ulong Read(ReadOnlySpan<byte> field, bool isBig) => field.Length switch
    {
        2 => isBig ? BinaryPrimitives.ReadUInt16BigEndian(field) : BinaryPrimitives.ReadUInt16LittleEndian(field),
        4 => isBig ? BinaryPrimitives.ReadUInt32BigEndian(field) : BinaryPrimitives.ReadUInt32LittleEndian(field),
        _ => isBig ? BinaryPrimitives.ReadUInt64BigEndian(field) : BinaryPrimitives.ReadUInt64LittleEndian(field),
    };

    private static void Write(Span<byte> field, ulong value, bool isBig)
    {
        for (int i = 0; i < field.Length; i++)
            field[isBig ? field.Length - 1 - i : i] = (byte)(value >> (8 * i));
    }
}
