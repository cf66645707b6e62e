namespace Mig.FileSystems.Ext;

/// <summary>The CRC-32 of old journal commits: polynomial 0x04C11DB7, high bit first, no final inversion.</summary>
internal static class Crc32Big
{
    public const uint Start = 0xFFFFFFFF;

    private static readonly uint[] Table = MakeTable();

    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
            crc = (crc << 8) ^ Table[(byte)((crc >> 24) ^ value)];
        return crc;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint value = i << 24;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 0x80000000) != 0 ? (value << 1) ^ 0x04C11DB7 : value << 1;
            table[i] = value;
        }

        return table;
    }
}
