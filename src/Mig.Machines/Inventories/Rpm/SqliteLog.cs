using System.Buffers.Binary;

namespace Mig.Machines.Inventories.Rpm;

/// <summary>
/// Puts what stands in a write-ahead log into its database: all transactions that were committed. Source: SQLite, "Database File Format",
/// "The Write-Ahead Log".
/// <code>
/// log: 0   4  0x377f0682, or ...83 when checksums are of big-endian words      frame: 0   4  page number
///      8   4  page size                                                               4   4  pages of the database after a commit, else 0
///      16  8  salt                                                                    8   8  salt
/// 24 8 checksum of the first 24 bytes 16 8 checksum of all up to here, this checksum left out 24 the page
/// </code>
/// </summary>
internal static class SqliteLog
{
    private const uint Magic = 0x377f0682;
    private const int HeadSize = 32;
    private const int FrameHeadSize = 24;
    private const long MaxGrowth = 256L << 20;

    /// <returns>The database itself when the log has nothing for it.</returns>
    public static byte[] Apply(byte[] database, ReadOnlySpan<byte> log, int pageSize)
    {
        if (log.Length < HeadSize || (U32(log) & ~1u) != Magic || U32(log[8..]) != pageSize)
            return database;
        bool isBig = (U32(log) & 1) != 0;
        (uint, uint) sum = Checksum(log[..24], (0, 0), isBig);
        if (sum != (U32(log[24..]), U32(log[28..])))
            return database;
        ReadOnlySpan<byte> salt = log.Slice(16, 8);
        var pages = new Dictionary<uint, int>();
        var committed = new Dictionary<uint, int>();
        long size = database.Length;
        for (int at = HeadSize; at + FrameHeadSize + pageSize <= log.Length; at += FrameHeadSize + pageSize)
        {
            ReadOnlySpan<byte> frame = log.Slice(at, FrameHeadSize + pageSize);
            sum = Checksum(frame[FrameHeadSize..], Checksum(frame[..8], sum, isBig), isBig);
            if (!frame.Slice(8, 8).SequenceEqual(salt) || sum != (U32(frame[16..]), U32(frame[20..])))
                break;
            pages[U32(frame)] = at + FrameHeadSize;
            if (U32(frame[4..]) is > 0 and uint count && (long)count * pageSize <= database.Length + MaxGrowth)
            {
                size = (long)count * pageSize;
                foreach ((uint page, int offset) in pages)
                    committed[page] = offset;
                pages.Clear();
            }
        }

        if (committed.Count == 0)
            return database;
        byte[] result = new byte[size];
        database.AsSpan(0, (int)Math.Min(size, database.Length)).CopyTo(result);
        foreach ((uint page, int offset) in committed)
        {
            if (page >= 1 && (long)page * pageSize <= size)
                log.Slice(offset, pageSize).CopyTo(result.AsSpan((int)((page - 1) * (long)pageSize)));
        }

        return result;
    }

    private static (uint, uint) Checksum(ReadOnlySpan<byte> bytes, (uint First, uint Second) sum, bool isBig)
    {
        for (int i = 0; i + 8 <= bytes.Length; i += 8)
        {
            sum.First += Word(bytes[i..]) + sum.Second;
            sum.Second += Word(bytes[(i + 4)..]) + sum.First;
        }

        return sum;

        uint Word(ReadOnlySpan<byte> word) => isBig ? U32(word) : BinaryPrimitives.ReadUInt32LittleEndian(word);
    }

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
