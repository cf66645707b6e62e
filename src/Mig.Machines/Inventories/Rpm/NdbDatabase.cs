using System.Buffers.Binary;
using Mig.Core;

namespace Mig.Machines.Inventories.Rpm;

/// <summary>
/// SUSE's package database <c>Packages.db</c>. Source: rpm, "lib/backend/ndb/rpmpkg.c"; all integers little-endian.
/// <code>
/// 0   4   "RpmP"
/// 4   4   version: 0
/// 8   4   generation
/// 12  4   pages of 4096 bytes that the table of slots takes, this header's included
/// 32  ..  slots of 16 bytes: "Slot", package number, first block, count of blocks; a block has 16 bytes, first block 0 is a free slot
/// each first block: "BlbS", package number, generation, bytes of the header that follows
/// </code>
/// </summary>
internal static class NdbDatabase
{
    private const int HeadSize = 32;
    private const int SlotSize = 16;
    private const int BlockSize = 16;
    private const int PageSize = 4096;

    /// <exception cref="CorruptImageException">The database breaks its format.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>> ReadBlobs(ReadOnlyMemory<byte> database, string path)
    {
        if (database.Length < HeadSize || !database.Span.StartsWith("RpmP"u8) || U32(database, 4) != 0)
            throw new CorruptImageException("NDB-001", $"/{path} does not begin with \"RpmP\" and version 0");
        long end = Math.Min((long)U32(database, 12) * PageSize, database.Length);
        for (int at = HeadSize; at + SlotSize <= end; at += SlotSize)
        {
            if (!database.Span[at..].StartsWith("Slot"u8))
                throw new CorruptImageException("NDB-002", $"/{path}: the slot at {at} does not begin with \"Slot\"");
            uint package = U32(database, at + 4);
            long blob = (long)U32(database, at + 8) * BlockSize, size = (long)U32(database, at + 12) * BlockSize;
            if (blob == 0)
                continue;
            if (blob > database.Length - BlockSize || !database.Span[(int)blob..].StartsWith("BlbS"u8)
                || U32(database, (int)blob + 4) != package)
                throw new CorruptImageException(
                    "NDB-003", $"/{path}: the slot at {at} names {blob}, where package {package} does not begin");
            uint length = U32(database, (int)blob + 12);
            if (length > size || length > database.Length - blob - BlockSize)
                throw new CorruptImageException(
                    "NDB-003", $"/{path}: the header of package {package} at {blob} has {length} bytes, {size} are its own");
            yield return database.Slice((int)blob + BlockSize, (int)length);
        }
    }

    private static uint U32(ReadOnlyMemory<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[offset..]);
}
