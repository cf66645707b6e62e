namespace Mig.FileSystems.Ext;

/// <summary>The checksum of group descriptors under <c>uninit_bg</c>: CRC-16 with the polynomial 0x8005, reflected.</summary>
internal static class Crc16
{
    public const ushort Start = 0xFFFF;

    private static readonly ushort[] Table = MakeTable();

    public static ushort Append(ushort crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
            crc = (ushort)((crc >> 8) ^ Table[(byte)(crc ^ value)]);
        return crc;
    }

    private static ushort[] MakeTable()
    {
        ushort[] table = new ushort[256];
        for (int i = 0; i < table.Length; i++)
        {
            int value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ 0xA001 : value >> 1;
            table[i] = (ushort)value;
        }

        return table;
    }
}
