using System.Buffers.Binary;

namespace Mig.FileSystems.Ext;

/// <summary>
/// Converts access control lists. ext4 stores version 1, in which only entries for a named user or group have an id; the kernel's calls
/// show version 2, in which all have one.
/// </summary>
internal static class PosixAcl
{
    private const uint StoredVersion = 1;
    private const uint ShownVersion = 2;
    private const int HeaderSize = 4;
    private const int ShortSize = 4;
    private const int LongSize = 8;
    private const ushort TagUser = 0x02;
    private const ushort TagGroup = 0x08;
    private const uint NoId = 0xFFFFFFFF;

    /// <returns>Null when the list breaks its form.</returns>
    public static byte[]? ToShownForm(ReadOnlySpan<byte> stored)
    {
        if (stored.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(stored) != StoredVersion)
            return null;
        stored = stored[HeaderSize..];
        byte[] shown = new byte[HeaderSize + (stored.Length / ShortSize * LongSize)];
        BinaryPrimitives.WriteUInt32LittleEndian(shown, ShownVersion);
        int length = HeaderSize;
        while (!stored.IsEmpty)
        {
            if (stored.Length < ShortSize)
                return null;
            bool hasId = BinaryPrimitives.ReadUInt16LittleEndian(stored) is TagUser or TagGroup;
            int size = hasId ? LongSize : ShortSize;
            if (stored.Length < size)
                return null;
            stored[..ShortSize].CopyTo(shown.AsSpan(length));
            uint id = hasId ? BinaryPrimitives.ReadUInt32LittleEndian(stored[ShortSize..]) : NoId;
            BinaryPrimitives.WriteUInt32LittleEndian(shown.AsSpan(length + ShortSize), id);
            length += LongSize;
            stored = stored[size..];
        }

        return shown[..length];
    }
}
