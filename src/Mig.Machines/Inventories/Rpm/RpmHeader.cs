using System.Buffers.Binary;
using System.Text;
using Mig.Core;

namespace Mig.Machines.Inventories.Rpm;

/// <summary>
/// The header of a package, as databases of RPM keep it. Source: rpm, "docs/manual/format_header.md"; all integers big-endian.
/// <code>
/// 0   4      number of entries n
/// 4   4      bytes of data d
/// 8   16 n   entries: tag, type, offset into the data, count; each 4 bytes
///     d      data
/// </code>
/// </summary>
internal sealed class RpmHeader
{
    private const int MaxEntries = 1 << 16;
    private const int EntrySize = 16;
    private const int HeadSize = 8;

    private readonly ReadOnlyMemory<byte> _data;
    private readonly Dictionary<int, (int Type, int Offset, int Count)> _entries = [];

    private enum DataType
    {
        Int8 = 2,
        Int16 = 3,
        Int32 = 4,
        Int64 = 5,
        String = 6,
        StringArray = 8,
        LocalizedString = 9,
    }

    /// <param name="where">How to call the header in messages.</param>
    /// <exception cref="CorruptImageException">The header breaks its format.</exception>
    public RpmHeader(ReadOnlyMemory<byte> header, string where)
    {
        ReadOnlySpan<byte> bytes = header.Span;
        if (bytes.Length < HeadSize)
            throw new CorruptImageException("RPM-001", $"{where}: the header has {bytes.Length} bytes, {HeadSize} needed");
        uint count = BinaryPrimitives.ReadUInt32BigEndian(bytes), length = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        if (count > MaxEntries || HeadSize + ((long)count * EntrySize) + length > bytes.Length)
            throw new CorruptImageException(
                "RPM-001", $"{where}: the header has {bytes.Length} bytes and claims {count} entries and {length} bytes of data");
        int start = HeadSize + ((int)count * EntrySize);
        _data = header.Slice(start, (int)length);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = bytes.Slice(HeadSize + (i * EntrySize), EntrySize);
            int offset = BinaryPrimitives.ReadInt32BigEndian(entry[8..]), items = BinaryPrimitives.ReadInt32BigEndian(entry[12..]);
            if (offset >= 0 && offset <= length && items >= 0 && items <= length)
                _entries.TryAdd(BinaryPrimitives.ReadInt32BigEndian(entry),
                    (BinaryPrimitives.ReadInt32BigEndian(entry[4..]), offset, items));
        }
    }

    /// <summary>Returns a text, or the first of several; empty when there is none.</summary>
    public string Text(int tag) => Texts(tag, 1) is [string text, ..] ? text : "";

    /// <summary>Returns all texts of a tag; none when there is no such tag.</summary>
    public string[] Texts(int tag, int most = int.MaxValue)
    {
        if (!_entries.TryGetValue(tag, out (int Type, int Offset, int Count) entry)
            || (DataType)entry.Type is not (DataType.String or DataType.StringArray or DataType.LocalizedString))
            return [];
        int count = Math.Min((DataType)entry.Type == DataType.String ? 1 : entry.Count, most);
        var texts = new List<string>();
        ReadOnlySpan<byte> rest = _data.Span[entry.Offset..];
        for (int i = 0; i < count; i++)
        {
            int end = rest.IndexOf((byte)0);
            if (end < 0)
                break;
            texts.Add(Encoding.UTF8.GetString(rest[..end]));
            rest = rest[(end + 1)..];
        }

        return [.. texts];
    }

    /// <summary>
    /// Returns all integers of a tag, of whatever width, without sign; none when there is no such tag, or the data ends before them.
    /// </summary>
    public long[] Integers(int tag)
    {
        if (!_entries.TryGetValue(tag, out (int Type, int Offset, int Count) entry))
            return [];
        int width = (DataType)entry.Type switch
        {
            DataType.Int8 => 1,
            DataType.Int16 => 2,
            DataType.Int32 => 4,
            DataType.Int64 => 8,
            _ =>
            0
        };
        ReadOnlySpan<byte> bytes = _data.Span[entry.Offset..];
        if (width == 0 || (long)entry.Count * width > bytes.Length)
            return [];
        long[] values = new long[entry.Count];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> value = bytes[(i * width)..];
            values[i] = width switch
            {
                1 => value[0],
                2 => BinaryPrimitives.ReadUInt16BigEndian(value),
                4 => BinaryPrimitives.ReadUInt32BigEndian(value),
                _ => BinaryPrimitives.ReadInt64BigEndian(value),
            };
        }

        return values;
    }
}
