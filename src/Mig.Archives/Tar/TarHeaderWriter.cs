using Mig.Core;

namespace Mig.Archives.Tar;

/// <summary>
/// Writes the 512 bytes before each member, as <see cref="TarLayout"/> has them. Numbers are octal text; what does not fit stands in a pax
/// record.
/// </summary>
internal static class TarHeaderWriter
{
    /// <param name="block">512 bytes.</param>
    public static void Write(Span<byte> block, ReadOnlySpan<byte> name, byte type, int mode, uint uid, uint gid, long size, Timestamp time,
        ReadOnlySpan<byte> target, uint major, uint minor)
    {
        block.Clear();
        name[..Math.Min(name.Length, TarLayout.NameLength)].CopyTo(block[TarLayout.Name..]);
        Octal(block.Slice(TarLayout.Mode, TarLayout.IdLength), mode);
        Octal(block.Slice(TarLayout.Uid, TarLayout.IdLength), uid);
        Octal(block.Slice(TarLayout.Gid, TarLayout.IdLength), gid);
        Octal(block.Slice(TarLayout.Size, TarLayout.NumberLength), size);
        Octal(block.Slice(TarLayout.Time, TarLayout.NumberLength), Math.Max(0, time.Seconds));
        block[TarLayout.Type] = type;
        target[..Math.Min(target.Length, TarLayout.NameLength)].CopyTo(block[TarLayout.LinkName..]);
        "ustar\000"u8.CopyTo(block[TarLayout.Magic..]);
        if (type is TarType.CharacterDevice or TarType.BlockDevice)
        {
            Octal(block.Slice(TarLayout.DeviceMajor, TarLayout.IdLength), major);
            Octal(block.Slice(TarLayout.DeviceMinor, TarLayout.IdLength), minor);
        }

        // The sum of all bytes, its own field counted as spaces; six digits, NUL, space.
        block.Slice(TarLayout.Checksum, TarLayout.ChecksumLength).Fill((byte)' ');
        int sum = 0;
        foreach (byte b in block)
            sum += b;
        Octal(block.Slice(TarLayout.Checksum, TarLayout.ChecksumLength - 1), sum);
    }

    // Digits with leading zeros and a NUL; a number with too many loses its highest.
    private static void Octal(Span<byte> field, long value)
    {
        for (int i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
    }
}
