using System.Buffers.Binary;
using System.Text;

namespace Mig.Machines.Inventories.Windows;

/// <summary>A value of a key; its data is read when it is asked for.</summary>
internal sealed class RegistryValue
{
    private const int Size = 0x14;
    private const uint IsInline = 0x80000000;
    private const ushort HasByteName = 1;
    private const int SegmentSize = 16344;
    private const int MaxData = 64 << 20;

    private readonly Hive _hive;
    private readonly uint _cell;

    /// <param name="cell">Where it stands.</param>
    public RegistryValue(Hive hive, uint cell)
    {
        (_hive, _cell) = (hive, cell);
        ReadOnlySpan<byte> value = hive.GetCell(cell, Size);
        if (!value.StartsWith("vk"u8))
            throw hive.Corrupt("REG-012", cell,
                $"signature is 0x{BinaryPrimitives.ReadUInt16LittleEndian(value):x4}, \"vk\" needed for a value");
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(value[0x02..]);
        if (nameLength > value.Length - Size)
            throw hive.Corrupt("REG-013", cell, $"name of the value has {nameLength} bytes, room for {value.Length - Size}");
        Type = BinaryPrimitives.ReadUInt32LittleEndian(value[0x0C..]);
        Name = DecodeName(value.Slice(Size, nameLength), (BinaryPrimitives.ReadUInt16LittleEndian(value[0x10..]) & HasByteName) != 0);
    }

    /// <summary>Empty for the unnamed one.</summary>
    public string Name { get; }

    /// <summary>
    /// 1 text, 2 text with variables, 3 bytes, 4 number, 7 several texts, 11 long number; others have no form of their own.
    /// </summary>
    public uint Type { get; }

    public byte[] Data
    {
        get
        {
            ReadOnlySpan<byte> value = _hive.GetCell(_cell, Size);
            return ReadData(_hive, _cell, value.Slice(0x08, sizeof(uint)), BinaryPrimitives.ReadUInt32LittleEndian(value[0x04..]));
        }
    }

    /// <summary>The text, without the zero that ends it; empty when it is none.</summary>
    public string Text
    {
        get
        {
            if (Type is not (1 or 2))
                return "";
            byte[] data = Data;
            string text = Encoding.Unicode.GetString(data, 0, data.Length & ~1);
            int end = text.IndexOf('\0', StringComparison.Ordinal);
            return end < 0 ? text : text[..end];
        }
    }

    /// <summary>The number; null when it is none.</summary>
    public uint? Number => Type == 4 && Data is { Length: sizeof(uint) } data ? BinaryPrimitives.ReadUInt32LittleEndian(data) : null;

    /// <summary>Decodes the name of a key or value: a byte for each character, or UTF-16.</summary>
    public static string DecodeName(ReadOnlySpan<byte> name, bool hasBytes) =>
        hasBytes ? Encoding.Latin1.GetString(name) : Encoding.Unicode.GetString(name[..(name.Length & ~1)]);

    // Up to four bytes stand where else their place does; long data comes in segments.
    private static byte[] ReadData(Hive hive, uint cell, ReadOnlySpan<byte> place, uint length)
    {
        if ((length & IsInline) != 0)
        {
            length &= ~IsInline;
            return length <= sizeof(uint) ? place[..(int)length].ToArray()
                : throw hive.Corrupt("REG-014", cell, $"value holds {length} bytes itself, at most 4 allowed");
        }

        if (length == 0)
            return [];
        if (length > MaxData)
            throw hive.Corrupt("REG-014", cell, $"value has {length} bytes, at most {MaxData} allowed");
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(place);
        ReadOnlySpan<byte> data = hive.GetCell(offset, 0);
        if (length > SegmentSize && data.Length >= 8 && data.StartsWith("db"u8))
            return ReadSegments(hive, offset, data, (int)length);
        return data.Length >= length ? data[..(int)length].ToArray()
            : throw hive.Corrupt("REG-014", cell, $"value has {length} bytes, its cell {data.Length}");
    }

    private static byte[] ReadSegments(Hive hive, uint cell, ReadOnlySpan<byte> header, int length)
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
        if (count != (length + SegmentSize - 1) / SegmentSize)
            throw hive.Corrupt("REG-015", cell, $"{length} bytes of data in {count} segments of {SegmentSize}");
        ReadOnlySpan<byte> list = hive.GetCell(BinaryPrimitives.ReadUInt32LittleEndian(header[4..]), count * sizeof(uint));
        byte[] bytes = new byte[length];
        for (int i = 0; i < count; i++)
        {
            int part = Math.Min(SegmentSize, length - (i * SegmentSize));
            hive.GetCell(BinaryPrimitives.ReadUInt32LittleEndian(list[(i * sizeof(uint))..]), part)[..part]
                .CopyTo(bytes.AsSpan(i * SegmentSize));
        }

        return bytes;
    }
}
