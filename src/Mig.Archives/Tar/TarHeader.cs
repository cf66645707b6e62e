using System.Text;
using Mig.Core;

namespace Mig.Archives.Tar;

/// <summary>
/// The 512 bytes before each member (POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"). Numbers are octal text, or
/// base 256 with the highest bit set.
/// </summary>
internal readonly ref struct TarHeader
{
    public const int Size = TarLayout.BlockSize;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _offset;

    private TarHeader(ReadOnlySpan<byte> bytes, long offset)
    {
        _bytes = bytes;
        _offset = offset;
    }

    public byte Type => _bytes[TarLayout.Type];

    public int Mode => (int)(Number(TarLayout.Mode, TarLayout.IdLength, "mode") & 0xFFF);

    public long Uid => Number(TarLayout.Uid, TarLayout.IdLength, "uid");

    public long Gid => Number(TarLayout.Gid, TarLayout.IdLength, "gid");

    public long Length => Number(TarLayout.Size, TarLayout.NumberLength, "size");

    public long Time => Number(TarLayout.Time, TarLayout.NumberLength, "time");

    public long DeviceMajor => Number(TarLayout.DeviceMajor, TarLayout.IdLength, "device");

    public long DeviceMinor => Number(TarLayout.DeviceMinor, TarLayout.IdLength, "device");

    public byte[] LinkName => Text(TarLayout.LinkName, TarLayout.NameLength);

    public byte[] UserName => IsUstar ? Text(TarLayout.UserName, TarLayout.AccountLength) : [];

    public byte[] GroupName => IsUstar ? Text(TarLayout.GroupName, TarLayout.AccountLength) : [];

    public bool IsSparseExtended => _bytes[TarLayout.SparseExtended] != 0;

    public long SparseRealSize => Number(TarLayout.SparseRealSize, TarLayout.NumberLength, "real size");

    /// <summary>The four pieces that an old GNU sparse header holds.</summary>
    public ReadOnlySpan<byte> SparseMap => _bytes.Slice(TarLayout.SparseMap, TarLayout.SparseEntries * TarLayout.SparseEntryLength);

    public byte[] Name
    {
        get
        {
            byte[] name = Text(TarLayout.Name, TarLayout.NameLength), prefix = _bytes.Slice(TarLayout.Magic, TarLayout.MagicLength)
                .SequenceEqual("ustar\0"u8) ? Text(TarLayout.Prefix, TarLayout.PrefixLength) : [];
            return prefix.Length == 0 ? name : [.. prefix, (byte)'/', .. name];
        }
    }

    // POSIX's magic ends with a NUL, GNU's with a space.
    private bool IsUstar => _bytes.Slice(TarLayout.Magic, TarLayout.MagicLength - 1).SequenceEqual("ustar"u8);

    /// <param name="offset">Where in the archive the header is, for messages.</param>
    /// <exception cref="CorruptImageException">TAR-001: it is no header.</exception>
    public static TarHeader Parse(ReadOnlySpan<byte> bytes, long offset)
    {
        int unsigned = 0, signed = 0;
        for (int i = 0; i < Size; i++)
        {
            byte b = i is >= TarLayout.Checksum and < TarLayout.Checksum + TarLayout.ChecksumLength ? (byte)' ' : bytes[i];
            unsigned += b;
            signed += (sbyte)b;
        }

        var header = new TarHeader(bytes, offset);
        long stored = TryNumber(bytes.Slice(TarLayout.Checksum, TarLayout.ChecksumLength)) ?? -1;
        return stored == unsigned || stored == signed
            ? header
            : throw new CorruptImageException(
                "TAR-001", $"header at {offset}: checksum is {stored}, {unsigned} needed; this is no tar archive, or a damaged one");
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
        ?? throw new CorruptImageException(
            "TAR-002",
            $"header at {_offset}: {name} is '{Encoding.Latin1.GetString(_bytes.Slice(field, length))}', an octal or base-256 number of "
            + "up to 63 bits allowed");

    private byte[] Text(int field, int length)
    {
        ReadOnlySpan<byte> text = _bytes.Slice(field, length);
        int end = text.IndexOf((byte)0);
        return text[..(end < 0 ? length : end)].ToArray();
    }
}
