using System.Buffers.Binary;
using System.IO.Hashing;
using Mig.Core;

namespace Mig.Disks.Partitions;

// Layout: UEFI specification 2.10, table 5-5, "GPT Header". All integers little-endian.
internal readonly ref struct GptHeader
{
    public const int MinSize = 92;
    public const int MinEntrySize = 128;
    private const int MaxEntrySize = 4096;
    private readonly ReadOnlySpan<byte> _bytes;

    private GptHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public ulong AlternateSector => U64(Field.AlternateSector);

    public ulong TableSector => U64(Field.TableSector);

    public uint EntryCount => U32(Field.EntryCount);

    public int EntrySize => (int)U32(Field.EntrySize);

    public uint TableCrc => U32(Field.TableCrc);

    public static bool HasSignature(ReadOnlySpan<byte> sector) => sector.StartsWith("EFI PART"u8);

    /// <summary>Checks the header that a sector holds.</summary>
    /// <param name="own">The sector where it stands.</param>
    /// <returns>Null in <paramref name="problem"/> when it is right, else what is wrong.</returns>
    public static GptHeader Parse(ReadOnlySpan<byte> sector, ulong own, Limits limits, out string? problem)
    {
        var header = new GptHeader(sector);
        problem = header.FindProblem(own, limits);
        return header;
    }

    private string? FindProblem(ulong own, Limits limits)
    {
        if (!HasSignature(_bytes))
            return "signature is missing, \"EFI PART\" expected";
        uint size = U32(Field.HeaderSize);
        if (size < MinSize || size > _bytes.Length)
            return $"header size is {size}, {MinSize} to {_bytes.Length} allowed";
        uint crc = ComputeCrc((int)size);
        if (crc != U32(Field.HeaderCrc))
            return $"header checksum is 0x{U32(Field.HeaderCrc):x8}, its bytes have 0x{crc:x8}";
        if (U64(Field.OwnSector) != own)
            return $"header says it stands at sector {U64(Field.OwnSector)}, but it stands at {own}";
        uint entrySize = U32(Field.EntrySize);
        if (entrySize is < MinEntrySize or > MaxEntrySize || entrySize % 8 != 0)
            return $"entry size is {entrySize}, a multiple of 8 from {MinEntrySize} to {MaxEntrySize} allowed";
        return (ulong)EntryCount * entrySize > (ulong)limits.MaxTableBytes
            ? $"{EntryCount} entries of {entrySize} bytes, at most {limits.MaxTableBytes} bytes allowed"
            : null;
    }

    // The checksum covers the header with its own field taken as zero.
    private uint ComputeCrc(int size)
    {
        var crc = new Crc32();
        crc.Append(_bytes[..Field.HeaderCrc]);
        crc.Append([0, 0, 0, 0]);
        crc.Append(_bytes[(Field.HeaderCrc + 4)..size]);
        return crc.GetCurrentHashAsUInt32();
    }

    private uint U32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[field..]);

    private ulong U64(int field) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[field..]);

    private static class Field
    {
        public const int HeaderSize = 0x0C;
        public const int HeaderCrc = 0x10;
        public const int OwnSector = 0x18;
        public const int AlternateSector = 0x20;
        public const int TableSector = 0x48;
        public const int EntryCount = 0x50;
        public const int EntrySize = 0x54;
        public const int TableCrc = 0x58;
    }
}
