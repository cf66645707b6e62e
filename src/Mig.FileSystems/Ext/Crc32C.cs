using System.Buffers.Binary;
using System.Numerics;

namespace Mig.FileSystems.Ext;

/// <summary>The checksum of <c>metadata_csum</c>: CRC-32C (Castagnoli) as ext4 chains it, without the usual final inversion.</summary>
internal static class Crc32C
{
    /// <summary>The value that a chain starts from.</summary>
    public const uint Start = 0xFFFFFFFF;

    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return crc;
    }

    /// <summary>Appends a number as its four little-endian bytes.</summary>
    public static uint Append(uint crc, uint number) => BitOperations.Crc32C(crc, number);

    /// <summary>Appends so many zero bytes: what a checksum field counts as while its own structure is summed.</summary>
    public static uint AppendZeros(uint crc, int count)
    {
        for (int i = 0; i < count; i++)
            crc = BitOperations.Crc32C(crc, (byte)0);
        return crc;
    }
}
