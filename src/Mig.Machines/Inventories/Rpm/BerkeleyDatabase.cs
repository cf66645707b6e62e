using System.Buffers.Binary;
using Mig.Core;

namespace Mig.Machines.Inventories.Rpm;

/// <summary>
/// The values of a hash database of Berkeley DB, as RPM used it up to version 4.16. Source: Berkeley DB, "dbinc/db_page.h"; integers in the
/// order that the magic has.
/// <code>
/// first page: 12  4  magic 0x061561        every page:  8  4  page number
///             20  4  page size                          16  4  next page
///             25  1  page type 8                        20  2  count of entries
///             32  4  last page                          22  2  first byte in use; on an overflow page, bytes of data
///                                                       25  1  page type: 2 or 13 hash, 7 overflow
///                                                       26  2  each entry: its offset on the page; key and value by turns
/// entry: a byte 1, then the value; or a byte 3, three unused, the first overflow page, the length
/// </code>
/// </summary>
internal static class BerkeleyDatabase
{
    private const uint HashMagic = 0x061561;
    private const int MinPageSize = 512;
    private const int MaxPageSize = 64 << 10;
    private const int PageHeadSize = 26;
    private const int OffPageSize = 12;
    private const int MinValueSize = 16; // Smaller ones are no headers: the next free package number.

    private enum PageType : byte
    {
        UnsortedHash = 2,
        Overflow = 7,
        HashMeta = 8,
        Hash = 13,
    }

    private enum ItemType : byte
    {
        Inline = 1,
        OffPage = 3,
    }

    /// <summary>Returns the values that are long enough to be headers.</summary>
    /// <exception cref="CorruptImageException">The database breaks its format.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>> ReadValues(ReadOnlyMemory<byte> database, string path)
    {
        if (database.Length < MinPageSize)
            throw new CorruptImageException("BDB-001", $"/{path} has {database.Length} bytes, {MinPageSize} needed");
        bool isBig = BinaryPrimitives.ReadUInt32BigEndian(database.Span[12..]) == HashMagic;
        var pages = new Pages(database, isBig);
        if (pages.U32(12) != HashMagic || database.Span[25] != (byte)PageType.HashMeta)
            throw new CorruptImageException(
                "BDB-001", $"/{path} is not a hash database: magic 0x{pages.U32(12):x}, page type {database.Span[25]}");
        uint pageSize = pages.U32(20);
        if (pageSize is < MinPageSize or > MaxPageSize || (pageSize & (pageSize - 1)) != 0)
            throw new CorruptImageException(
                "BDB-002", $"/{path}: the page size is {pageSize}, powers of two from {MinPageSize} to {MaxPageSize} allowed");
        long budget = 4L * database.Length;
        for (int page = (int)pageSize; page <= database.Length - pageSize; page += (int)pageSize)
        {
            if ((PageType)database.Span[page + 25] is not (PageType.UnsortedHash or PageType.Hash))
                continue;
            int count = pages.U16(page + 20), end = (int)pageSize;
            if (PageHeadSize + (2 * count) > pageSize)
                throw new CorruptImageException("BDB-003", $"/{path}: the page at {page} claims {count} entries, more than fit");
            for (int i = 0; i < count; i++)
            {
                int offset = pages.U16(page + PageHeadSize + (2 * i));
                if (offset < PageHeadSize + (2 * count) || offset >= end)
                    throw new CorruptImageException(
                        "BDB-003",
                        $"/{path}: entry {i} of the page at {page} lies at {offset}, from {PageHeadSize + (2 * count)} to {end - 1} "
                            + "allowed");
                ReadOnlyMemory<byte> value = i % 2 == 0 ? default
                    : Value(pages, database.Slice(page + offset, end - offset), (int)pageSize, path);
                end = offset;
                budget -= value.Length;
                if (budget < 0)
                    throw new CorruptImageException("BDB-004", $"/{path}: values share their pages");
                if (value.Length >= MinValueSize)
                    yield return value;
            }
        }
    }

    private static ReadOnlyMemory<byte> Value(Pages pages, ReadOnlyMemory<byte> item, int pageSize, string path)
    {
        if ((ItemType)item.Span[0] == ItemType.Inline)
            return item[1..];
        if ((ItemType)item.Span[0] != ItemType.OffPage || item.Length < OffPageSize)
            return default;
        long page = (long)pages.Read(item.Span[4..]) * pageSize;
        uint length = pages.Read(item.Span[8..]);
        if (length > pages.Bytes.Length)
            throw new CorruptImageException("BDB-004", $"/{path}: a value has {length} bytes, the file {pages.Bytes.Length}");
        byte[] value = new byte[length];
        for (int at = 0; at < value.Length;)
        {
            if (page <= 0 || page > pages.Bytes.Length - pageSize || (PageType)pages.Bytes.Span[(int)page + 25] != PageType.Overflow)
                throw new CorruptImageException(
                    "BDB-004", $"/{path}: after {at} of {length} bytes a value goes on at {page}, which is not an overflow page");
            int part = Math.Min(pages.U16((int)page + 22), value.Length - at);
            if (part == 0 || part > pageSize - PageHeadSize)
                throw new CorruptImageException(
                    "BDB-004", $"/{path}: the overflow page at {page} claims {part} bytes, up to {pageSize - PageHeadSize} allowed");
            pages.Bytes.Span.Slice((int)page + PageHeadSize, part).CopyTo(value.AsSpan(at));
            at += part;
            page = (long)pages.U32((int)page + 16) * pageSize;
        }

        return value;
    }

    private sealed record Pages(ReadOnlyMemory<byte> Bytes, bool IsBig)
    {
        public uint U32(int offset) => Read(Bytes.Span[offset..]);

        public int U16(int offset) => IsBig ? BinaryPrimitives.ReadUInt16BigEndian(Bytes.Span[offset..])
            : BinaryPrimitives.ReadUInt16LittleEndian(Bytes.Span[offset..]);

        public uint Read(ReadOnlySpan<byte> bytes) =>
            IsBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }
}
