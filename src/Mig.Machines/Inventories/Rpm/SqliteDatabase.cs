using System.Buffers.Binary;
using System.Text;
using Mig.Core;

namespace Mig.Machines.Inventories.Rpm;

/// <summary>
/// Reads one column of a table of an SQLite database that lies in memory; nothing in the file is executed. Source: SQLite, "Database File
/// Format"; all integers big-endian.
/// <code>
/// file: 0 16 "SQLite format 3\0" page: 0 1 5 inner, 13 leaf of a table (page 1: after the 100 bytes of the file's own header) 16 2 page
/// size; 1 is 65536 3 2 count of cells 20 1 unused bytes of each page 8 4 inner: last child; then 2 bytes for each cell: its offset on the
/// page inner cell: child page, 4 bytes; key leaf cell: varint length of the record, varint key, record, first overflow page if it does not
/// fit
/// </code>
/// </summary>
internal sealed class SqliteDatabase
{
    private const int FileHeadSize = 100;
    private const int MinPageSize = 512;
    private const int MaxDepth = 20;
    private const byte InnerPage = 5;
    private const byte LeafPage = 13;

    private readonly byte[] _bytes;
    private readonly int _pageSize;
    private readonly int _usable;
    private readonly string _path;
    private long _budget;

    private SqliteDatabase(byte[] bytes, int pageSize, string path)
    {
        (_bytes, _pageSize, _path) = (bytes, pageSize, path);
        _usable = pageSize - bytes[20];
        _budget = 4L * bytes.Length;
    }

    /// <param name="wal">The write-ahead log beside the file; empty when there is none.</param>
    /// <param name="path">How to call the file in messages, without a leading slash.</param>
    /// <exception cref="CorruptImageException">The file breaks its format.</exception>
    public static SqliteDatabase Open(byte[] bytes, ReadOnlySpan<byte> wal, string path)
    {
        if (bytes.Length < MinPageSize || !bytes.AsSpan().StartsWith("SQLite format 3\0"u8))
            throw new CorruptImageException("SQLITE-001", $"/{path} does not begin as a database of SQLite 3");
        int pageSize = PageSize(BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(16)));
        if (pageSize < MinPageSize || (pageSize & (pageSize - 1)) != 0 || pageSize - bytes[20] < 480)
            throw new CorruptImageException(
                "SQLITE-002",
                $"/{path}: the page size is {pageSize} with {bytes[20]} bytes unused, powers of two from {MinPageSize} to 65536 with at "
                + "least 480 used allowed");
        return new SqliteDatabase(SqliteLog.Apply(bytes, wal, pageSize), pageSize, path);
    }

    /// <summary>Returns the values of a column, row by row; rows without it are left out.</summary>
    /// <param name="column">Counted from 0.</param>
    /// <exception cref="CorruptImageException">A page breaks the format, or there is no such table.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> ReadBlobs(string table, int column)
    {
        // The schema: type, name, table, root page, text.
        foreach (ReadOnlyMemory<byte> row in Rows(1, MaxDepth))
        {
            if (Is(SqliteRecord.Column(row, 0), "table") && Is(SqliteRecord.Column(row, 1), table))
            {
                long root = SqliteRecord.Integer(row, 3);
                return Rows(root, MaxDepth).Select(record => SqliteRecord.Column(record, column)).Where(value => value.Length > 0);
            }
        }

        throw new CorruptImageException("SQLITE-003", $"/{_path} has no table '{table}'");
    }

    private static bool Is(ReadOnlyMemory<byte> value, string text) => value.Span.SequenceEqual(Encoding.UTF8.GetBytes(text));

    private static int PageSize(int field) => field == 1 ? 1 << 16 : field;

    private IEnumerable<ReadOnlyMemory<byte>> Rows(long page, int maxDepth)
    {
        int start = Start(page), head = start + (page == 1 ? FileHeadSize : 0);
        byte type = _bytes[head];
        int cells = BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(head + 3));
        int table = head + (type == InnerPage ? 12 : 8);
        _budget -= _pageSize;
        if (type is not (InnerPage or LeafPage) || table + (2 * cells) > start + _pageSize || maxDepth == 0 || _budget < 0)
            throw new CorruptImageException(
                "SQLITE-004",
                $"/{_path}: page {page} is of type {type} with {cells} cells; type 5 or 13, cells that fit, each page once, and "
                + $"{MaxDepth} levels are allowed");
        for (int i = 0; i < cells; i++)
        {
            int cell = start + BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(table + (2 * i)));
            if (cell > start + _pageSize - 4)
                throw new CorruptImageException("SQLITE-004", $"/{_path}: cell {i} of page {page} lies outside of it");
            if (type == LeafPage)
            {
                yield return Record(cell, start + _usable);
                continue;
            }

            foreach (ReadOnlyMemory<byte> row in Rows(BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(cell)), maxDepth - 1))
                yield return row;
        }

        if (type == InnerPage)
        {
            foreach (ReadOnlyMemory<byte> row in Rows(BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(head + 8)), maxDepth - 1))
                yield return row;
        }
    }

    private ReadOnlyMemory<byte> Record(int cell, int end)
    {
        ReadOnlySpan<byte> bytes = _bytes.AsSpan(cell, Math.Max(0, end - cell));
        long length = SqliteRecord.Varint(ref bytes);
        SqliteRecord.Varint(ref bytes);
        _budget -= length;
        if (length < 0 || length > _bytes.Length || _budget < 0)
            throw new CorruptImageException("SQLITE-005", $"/{_path}: the record at {cell} claims {length} bytes, more than the file has");

        // As much as the format lets a leaf hold; the rest is in a chain of overflow pages.
        int most = _usable - 35, least = ((_usable - 12) * 32 / 255) - 23;
        int local = (int)length;
        if (length > most)
        {
            local = least + (int)((length - least) % (_usable - 4));
            local = local > most ? least : local;
        }

        if (local + (length > most ? 4 : 0) > bytes.Length)
            throw new CorruptImageException("SQLITE-005", $"/{_path}: the record at {cell} ends outside of its page");
        if (length <= most)
            return _bytes.AsMemory(end - bytes.Length, local);
        byte[] record = new byte[length];
        bytes[..local].CopyTo(record);
        long next = BinaryPrimitives.ReadUInt32BigEndian(bytes[local..]);
        for (int at = local; at < record.Length;)
        {
            ReadOnlySpan<byte> page = _bytes.AsSpan(Start(next), _usable);
            int part = Math.Min(_usable - 4, record.Length - at);
            page.Slice(4, part).CopyTo(record.AsSpan(at));
            at += part;
            next = BinaryPrimitives.ReadUInt32BigEndian(page);
        }

        return record;
    }

    private int Start(long page) => page >= 1 && page <= _bytes.Length / _pageSize
        ? (int)((page - 1) * _pageSize)
        : throw new CorruptImageException("SQLITE-004", $"/{_path}: page {page} is named, the file has {_bytes.Length / _pageSize}");
}
