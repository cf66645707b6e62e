using System.Text;
using Mig.Core;

namespace Mig.Edits.Archives;

/// <summary>The 512 bytes before each member (POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"). Numbers are octal text, or base 256 with the highest bit set.</summary>
internal readonly ref struct TarHeader
{
    public const int Size = 512;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _offset;

    private TarHeader(ReadOnlySpan<byte> bytes, long offset)
    {
        _bytes = bytes;
        _offset = offset;
    }

    public byte Type => _bytes[Field.Type];

    public int Mode => (int)(Number(Field.Mode, 8, "mode") & 0xFFF);

    public long Uid => Number(Field.Uid, 8, "uid");

    public long Gid => Number(Field.Gid, 8, "gid");

    public long Length => Number(Field.Length, 12, "size");

    public long Time => Number(Field.Time, 12, "time");

    public long DeviceMajor => Number(Field.DeviceMajor, 8, "device");

    public long DeviceMinor => Number(Field.DeviceMinor, 8, "device");

    public byte[] LinkName => Text(Field.LinkName, 100);

    public bool IsSparseExtended => _bytes[Field.SparseExtended] != 0;

    public long SparseRealSize => Number(Field.SparseRealSize, 12, "real size");

    /// <summary>The four pieces that an old GNU sparse header holds.</summary>
    public ReadOnlySpan<byte> SparseMap => _bytes.Slice(Field.SparseMap, 96);

    public byte[] Name
    {
        get
        {
            byte[] name = Text(0, 100), prefix = _bytes.Slice(Field.Magic, 6).SequenceEqual("ustar\0"u8) ? Text(Field.Prefix, 155) : [];
            return prefix.Length == 0 ? name : [.. prefix, (byte)'/', .. name];
        }
    }

    /// <param name="offset">Where in the archive the header is, for messages.</param>
    /// <exception cref="CorruptImageException">TAR-001: it is no header.</exception>
    public static TarHeader Parse(ReadOnlySpan<byte> bytes, long offset)
    {
        int unsigned = 0, signed = 0;
        for (int i = 0; i < Size; i++)
        {
            byte b = i is >= Field.Checksum and < Field.Checksum + 8 ? (byte)' ' : bytes[i];
            unsigned += b;
            signed += (sbyte)b;
        }

        var header = new TarHeader(bytes, offset);
        long stored = TryNumber(bytes.Slice(Field.Checksum, 8)) ?? -1;
        return stored == unsigned || stored == signed
            ? header
            : throw new CorruptImageException("TAR-001", $"header at {offset}: checksum is {stored}, {unsigned} needed; this is no tar archive, or a damaged one");
    }

    /// <summary>Reads a number that stands in a field.</summary>
    /// <returns>Null when it is none.</returns>
    public static long? TryNumber(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            // Two's complement, big-endian; the highest bit only marks the form.
            long value = (field[0] & 0x40) != 0 ? -1 : 0;
            for (int i = 0; i < field.Length; i++)
            {
                byte b = i == 0 ? (byte)((field[0] & 0x7F) | ((field[0] & 0x40) << 1)) : field[i];
                if (value is > (long.MaxValue >> 8) or < (long.MinValue >> 8))
                    return null;
                value = (value << 8) | b;
            }

            return value;
        }

        ReadOnlySpan<byte> digits = field.Trim(" \0"u8);
        long number = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7' || number > long.MaxValue >> 3)
                return null;
            number = (number << 3) | (uint)(digit - '0');
        }

        return number;
    }

    private long Number(int field, int length, string name) => TryNumber(_bytes.Slice(field, length))
        ?? throw new CorruptImageException("TAR-002", $"header at {_offset}: {name} is '{Encoding.Latin1.GetString(_bytes.Slice(field, length))}', an octal or base-256 number of up to 63 bits allowed");

    private byte[] Text(int field, int length)
    {
        ReadOnlySpan<byte> text = _bytes.Slice(field, length);
        int end = text.IndexOf((byte)0);
        return text[..(end < 0 ? length : end)].ToArray();
    }

    private static class Field
    {
        public const int Mode = 100;
        public const int Uid = 108;
        public const int Gid = 116;
        public const int Length = 124;
        public const int Time = 136;
        public const int Checksum = 148;
        public const int Type = 156;
        public const int LinkName = 157;
        public const int Magic = 257;
        public const int DeviceMajor = 329;
        public const int DeviceMinor = 337;
        public const int Prefix = 345;
        public const int SparseMap = 386;
        public const int SparseExtended = 482;
        public const int SparseRealSize = 483;
    }
}
