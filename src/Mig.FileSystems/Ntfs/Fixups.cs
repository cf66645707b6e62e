using System.Buffers.Binary;

namespace Mig.FileSystems.Ntfs;

/// <summary>
/// Undoes the update sequence of a multi-sector structure: the last two bytes of each 512 are kept in an array, so that a torn write shows.
/// </summary>
internal static class Fixups
{
    private const int Stride = 512;
    private const int OffsetField = 0x04;
    private const int CountField = 0x06;

    /// <summary>Puts the real bytes back.</summary>
    /// <param name="bytes">A whole structure; its length is a multiple of 512.</param>
    /// <returns>Null when it is sound, else what is wrong.</returns>
    public static string? Apply(Span<byte> bytes)
    {
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(bytes[OffsetField..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[CountField..]);
        int sectors = bytes.Length / Stride;
        if (count != sectors + 1)
            return $"update sequence has {count} numbers, {sectors + 1} needed";
        if (offset % 2 != 0 || offset < 8 || offset + (2 * count) > Stride - 2)
            return $"update sequence at 0x{offset:x}, even and within the first {Stride - 2} bytes allowed";
        ushort number = BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);
        for (int i = 0; i < sectors; i++)
        {
            Span<byte> end = bytes.Slice(((i + 1) * Stride) - 2, 2);
            ushort found = BinaryPrimitives.ReadUInt16LittleEndian(end);
            if (found != number)
                return $"sector {i} ends with 0x{found:x4}, the update sequence 0x{number:x4} needed (a torn write)";
            bytes.Slice(offset + 2 + (2 * i), 2).CopyTo(end);
        }

        return null;
    }
}
