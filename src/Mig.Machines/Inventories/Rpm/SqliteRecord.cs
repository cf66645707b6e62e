namespace Mig.Machines.Inventories.Rpm;

/// <summary>Reads the columns of a record. Source: SQLite, "Database File Format", "Record Format".</summary>
internal static class SqliteRecord
{
    /// <summary>Returns the bytes of a column; empty when there is no such column.</summary>
    public static ReadOnlyMemory<byte> Column(ReadOnlyMemory<byte> record, int column)
    {
        ReadOnlySpan<byte> types = record.Span;
        long at = Varint(ref types);
        if (at < 1 || at > record.Length)
            return default;
        types = types[..Math.Max(0, (int)at - (record.Length - types.Length))];
        for (int i = 0; !types.IsEmpty; i++)
        {
            long size = Size(Varint(ref types));
            if (size < 0 || size > record.Length - at)
                return default;
            if (i == column)
                return record.Slice((int)at, (int)size);
            at += size;
        }

        return default;
    }

    /// <summary>Returns a column as an integer; 0 for a missing one.</summary>
    public static long Integer(ReadOnlyMemory<byte> record, int column)
    {
        long value = 0;
        ReadOnlySpan<byte> bytes = Column(record, column).Span;
        foreach (byte b in bytes[..Math.Min(8, bytes.Length)])
            value = (value << 8) | b;
        return value;
    }

    /// <summary>Takes a number of one to nine bytes off the front; 0 at the end of the bytes.</summary>
    public static long Varint(ref ReadOnlySpan<byte> bytes)
    {
        long value = 0;
        for (int i = 0; i < 9 && !bytes.IsEmpty; i++)
        {
            byte b = bytes[0];
            bytes = bytes[1..];
            if (i == 8)
                return (value << 8) | b;
            value = (value << 7) | (long)(b & 0x7Fu);
            if (b < 0x80)
                return value;
        }

        return value;
    }

    private static long Size(long type) => type switch
    {
        0 or 8 or 9 => 0,
        >= 1 and <= 4 => type,
        5 => 6,
        6 or 7 => 8,
        >= 12 => (type - 12) / 2,
        _ => -1,
    };
}
