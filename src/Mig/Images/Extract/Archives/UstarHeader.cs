using Mig.Core;

namespace Mig.Images.Extract.Archives;

/// <summary>The 512 bytes before each member of a tar archive (POSIX pax, "ustar Interchange Format"). Numbers are octal text; what does not fit stands in a pax record.</summary>
internal static class UstarHeader
{
    public const int NameLength = 100;

    private const int Name = 0;
    private const int Mode = Name + NameLength;
    private const int Uid = Mode + 8;
    private const int Gid = Uid + 8;
    private const int Size = Gid + 8;
    private const int Time = Size + 12;
    private const int Checksum = Time + 12;
    private const int Type = Checksum + 8;
    private const int LinkName = Type + 1;
    private const int Magic = LinkName + NameLength;
    private const int DeviceMajor = Magic + 8 + 32 + 32; // after magic and version, user name, group name
    private const int DeviceMinor = DeviceMajor + 8;

    /// <param name="block">512 bytes.</param>
    public static void Write(Span<byte> block, ReadOnlySpan<byte> name, byte type, int mode, uint uid, uint gid, long size, Timestamp time, ReadOnlySpan<byte> target, uint major, uint minor)
    {
        block.Clear();
        name[..Math.Min(name.Length, NameLength)].CopyTo(block[Name..]);
        Octal(block.Slice(Mode, 8), mode);
        Octal(block.Slice(Uid, 8), uid);
        Octal(block.Slice(Gid, 8), gid);
        Octal(block.Slice(Size, 12), size);
        Octal(block.Slice(Time, 12), Math.Max(0, time.Seconds));
        block[Type] = type;
        target[..Math.Min(target.Length, NameLength)].CopyTo(block[LinkName..]);
        "ustar\000"u8.CopyTo(block[Magic..]);
        if (type is (byte)'3' or (byte)'4')
        {
            Octal(block.Slice(DeviceMajor, 8), major);
            Octal(block.Slice(DeviceMinor, 8), minor);
        }

        // The sum of all bytes, its own field counted as spaces; six digits, NUL, space.
        block.Slice(Checksum, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte b in block)
            sum += b;
        Octal(block.Slice(Checksum, 7), sum);
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
