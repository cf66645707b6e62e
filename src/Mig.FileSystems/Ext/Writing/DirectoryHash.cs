using System.Numerics;

namespace Mig.FileSystems.Ext.Writing;

// Source: kernel Documentation/filesystems/ext4, "Hash Tree Directories"; half MD4 from RFC 1320, TEA by Wheeler and Needham.
/// <summary>The hash by which indexed directories are sorted.</summary>
/// <param name="version">0 legacy, 1 half MD4, 2 TEA; 3 to 5 the same over unsigned bytes.</param>
internal readonly struct DirectoryHash(int version, ReadOnlyMemory<byte> seed)
{
    public const int MaxVersion = 5;

    private const int Legacy = 0;
    private const int HalfMd4 = 1;
    private const int FirstUnsigned = 3;
    private const uint EndOfDirectory = 0x7FFFFFFF;

    private bool IsUnsigned => version >= FirstUnsigned;

    /// <summary>
    /// Returns the hash of a name: always even, as the lowest bit says in an index that a hash goes on from the block before.
    /// </summary>
    public uint Compute(ReadOnlySpan<byte> name)
    {
        Span<uint> state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476];
        if (seed.Span.ContainsAnyExcept((byte)0))
        {
            for (int i = 0; i < state.Length; i++)
                state[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(seed.Span[(i * sizeof(uint))..]);
        }

        uint hash = (version % FirstUnsigned) switch
        {
            Legacy => ComputeLegacy(name),
            HalfMd4 => ComputeHalfMd4(name, state),
            _ => ComputeTea(name, state),
        };
        hash &= ~1u;
        return hash == EndOfDirectory << 1 ? (EndOfDirectory - 1) << 1 : hash;
    }

    private static void TransformHalfMd4(Span<uint> state, ReadOnlySpan<uint> words)
    {
        const uint second = 0x5A827999;
        const uint third = 0x6ED9EBA1;
        (uint a, uint b, uint c, uint d) = (state[0], state[1], state[2], state[3]);
        for (int i = 0; i < 8; i += 4)
        {
            a = BitOperations.RotateLeft(a + (d ^ (b & (c ^ d))) + words[i], 3);
            d = BitOperations.RotateLeft(d + (c ^ (a & (b ^ c))) + words[i + 1], 7);
            c = BitOperations.RotateLeft(c + (b ^ (d & (a ^ b))) + words[i + 2], 11);
            b = BitOperations.RotateLeft(b + (a ^ (c & (d ^ a))) + words[i + 3], 19);
        }

        for (int i = 1; i >= 0; i--)
        {
            a = BitOperations.RotateLeft(a + ((b & c) + ((b ^ c) & d)) + words[i] + second, 3);
            d = BitOperations.RotateLeft(d + ((a & b) + ((a ^ b) & c)) + words[i + 2] + second, 5);
            c = BitOperations.RotateLeft(c + ((d & a) + ((d ^ a) & b)) + words[i + 4] + second, 9);
            b = BitOperations.RotateLeft(b + ((c & d) + ((c ^ d) & a)) + words[i + 6] + second, 13);
        }

        for (int i = 3; i >= 1; i -= 2)
        {
            a = BitOperations.RotateLeft(a + (b ^ c ^ d) + words[i] + third, 3);
            d = BitOperations.RotateLeft(d + (a ^ b ^ c) + words[i + 4] + third, 9);
            c = BitOperations.RotateLeft(c + (d ^ a ^ b) + words[i - 1] + third, 11);
            b = BitOperations.RotateLeft(b + (c ^ d ^ a) + words[i + 3] + third, 15);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }

    private static void TransformTea(Span<uint> state, ReadOnlySpan<uint> words)
    {
        const uint delta = 0x9E3779B9;
        uint sum = 0;
        uint left = state[0];
        uint right = state[1];
        for (int i = 0; i < 16; i++)
        {
            sum += delta;
            left += ((right << 4) + words[0]) ^ (right + sum) ^ ((right >> 5) + words[1]);
            right += ((left << 4) + words[2]) ^ (left + sum) ^ ((left >> 5) + words[3]);
        }

        state[0] += left;
        state[1] += right;
    }

    private uint ComputeHalfMd4(ReadOnlySpan<byte> name, Span<uint> state)
    {
        Span<uint> words = stackalloc uint[8];
        for (; !name.IsEmpty; name = name[Math.Min(name.Length, 32)..])
        {
            Pack(name, words);
            TransformHalfMd4(state, words);
        }

        return state[1];
    }

    private uint ComputeTea(ReadOnlySpan<byte> name, Span<uint> state)
    {
        Span<uint> words = stackalloc uint[4];
        for (; !name.IsEmpty; name = name[Math.Min(name.Length, 16)..])
        {
            Pack(name, words);
            TransformTea(state, words);
        }

        return state[0];
    }

    private uint ComputeLegacy(ReadOnlySpan<byte> name)
    {
        uint last = 0x12A3FE2D;
        uint beforeLast = 0x37ABE8F9;
        foreach (byte value in name)
        {
            uint hash = beforeLast + (last ^ (uint)(Widen(value) * 7152373));
            if ((hash & 0x80000000) != 0)
                hash -= 0x7FFFFFFF;
            beforeLast = last;
            last = hash;
        }

        return last << 1;
    }

    /// <summary>Packs the beginning of a name into words, and fills up with its length.</summary>
    private void Pack(ReadOnlySpan<byte> name, Span<uint> words)
    {
        uint pad = (uint)name.Length | ((uint)name.Length << 8);
        pad |= pad << 16;
        int length = Math.Min(name.Length, words.Length * 4);
        words.Fill(pad);
        for (int i = 0; i < length; i++)
            words[i / 4] = (uint)Widen(name[i]) + ((i % 4 == 0 ? pad : words[i / 4]) << 8);
    }

    private int Widen(byte value) => IsUnsigned ? value : (sbyte)value;
}
