using System.Buffers.Binary;

namespace Mig.FileSystems.Ntfs;

/// <summary>Decompresses LZNT1. Source: Microsoft [MS-XCA] 2.5.</summary>
internal static class Lznt1
{
    private const int ChunkSize = 4096;
    private const int LengthMask = 0xFFF;
    private const int IsCompressed = 0x8000;

    /// <summary>Decompresses a unit; what its chunks leave out reads as zeros.</summary>
    /// <returns>False when it is damaged.</returns>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        destination.Clear();
        for (int at = 0, to = 0; at + 2 <= source.Length && to < destination.Length; to += ChunkSize)
        {
            int header = BinaryPrimitives.ReadUInt16LittleEndian(source[at..]);
            if (header == 0)
                return true;
            int length = (header & LengthMask) + 1;
            at += 2;
            if (length > source.Length - at)
                return false;
            Span<byte> chunk = destination.Slice(to, Math.Min(ChunkSize, destination.Length - to));
            if ((header & IsCompressed) == 0)
                source.Slice(at, Math.Min(length, chunk.Length)).CopyTo(chunk);
            else if (!TryDecompressChunk(source.Slice(at, length), chunk))
                return false;
            at += length;
        }

        return true;
    }

    // A flag byte says of the next eight items which are bytes and which are pairs; a pair's bits divide by how far the chunk has come.
    private static bool TryDecompressChunk(ReadOnlySpan<byte> source, Span<byte> chunk)
    {
        int at = 0, to = 0;
        while (at < source.Length)
        {
            int flags = source[at++];
            for (int bit = 0; bit < 8 && at < source.Length; bit++, flags >>= 1)
            {
                if ((flags & 1) == 0)
                {
                    if (to == chunk.Length)
                        return false;
                    chunk[to++] = source[at++];
                    continue;
                }

                if (to == 0 || at + 2 > source.Length)
                    return false;
                int pair = BinaryPrimitives.ReadUInt16LittleEndian(source[at..]);
                at += 2;
                int lengthBits = 12;
                for (int position = to - 1; position >= 0x10; position >>= 1)
                    lengthBits--;
                int distance = (pair >> lengthBits) + 1, length = (pair & ((1 << lengthBits) - 1)) + 3;
                if (distance > to || length > chunk.Length - to)
                    return false;
                for (; length > 0; length--, to++)
                    chunk[to] = chunk[to - distance];
            }
        }

        return true;
    }
}
