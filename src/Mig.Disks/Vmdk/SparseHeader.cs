using System.Buffers.Binary;
using System.Numerics;
using Mig.Core;

namespace Mig.Disks.Vmdk;

// Layout: VMware "Virtual Disk Format 5.0", "Hosted Sparse Extents", SparseExtentHeader. All integers little-endian; the fields are packed.
internal readonly ref struct SparseHeader
{
    public const int Size = 512;
    public const int SectorSize = 512;
    public const uint Magic = 0x564D444B; // "KDMV"
    public const ulong DirectoryAtEnd = ulong.MaxValue; // the footer, a second header at the end of the file, knows where
    public const ushort Deflate = 1;
    public const uint MaxTableEntryCount = 1 << 16; // writers use 512; a table must stay small
    public const ulong MinGrainSectorCount = 8;
    public const ulong MaxGrainSectorCount = 8192; // 4 MiB; writers use 128, which is 64 KiB
    private const uint MaxVersion = 3;
    private const ulong MaxCapacity = long.MaxValue / SectorSize;
    private readonly ReadOnlySpan<byte> _bytes;

    private SparseHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public uint Version => U32(Field.Version);

    public SparseFlags Flags => (SparseFlags)U32(Field.Flags);

    /// <summary>Length of the disk in sectors.</summary>
    public long Capacity => (long)U64(Field.Capacity);

    public int GrainSectorCount => (int)U64(Field.GrainSize);

    public ulong DescriptorOffset => U64(Field.DescriptorOffset);

    public ulong DescriptorSectorCount => U64(Field.DescriptorSize);

    public int TableEntryCount => (int)U32(Field.TableEntryCount);

    public ulong RedundantDirectoryOffset => U64(Field.RedundantDirectoryOffset);

    public ulong DirectoryOffset => U64(Field.DirectoryOffset);

    public bool IsUnclean => _bytes[Field.UncleanShutdown] != 0;

    public bool IsCompressed => (Flags & SparseFlags.Compressed) != 0;

    /// <summary>Checks a header. What it points to must be checked against the file by whoever follows it.</summary>
    /// <param name="where">The file, and the offset in it, for messages.</param>
    public static SparseHeader Parse(ReadOnlySpan<byte> bytes, string where)
    {
        if (bytes.Length < Size)
            throw new CorruptImageException("VMDK-001", $"sparse header in {where}: {bytes.Length} bytes present, {Size} needed");
        var header = new SparseHeader(bytes[..Size]);
        if (header.U32(Field.Magic) != Magic)
            throw new CorruptImageException(
                "VMDK-002", $"sparse header in {where}: magic is 0x{header.U32(Field.Magic):x8}, 0x{Magic:x8} expected");
        if (header.Version == 0)
            throw new CorruptImageException("VMDK-003", $"sparse header in {where}: version is 0, 1 to {MaxVersion} allowed");
        if (header.Version > MaxVersion)
            throw new UnsupportedFeatureException($"VMDK sparse extent version {header.Version}",
                $"{where} has it, mig reads 1 to {MaxVersion}; convert the disk with its own product");
        if ((header.Flags & SparseFlags.NewlineTest) != 0 && !header._bytes.Slice(Field.Newlines, 4).SequenceEqual("\n \r\n"u8))
            throw new CorruptImageException(
                "VMDK-004",
                $"sparse header in {where}: newline test bytes are {Convert.ToHexString(header._bytes.Slice(Field.Newlines, 4))}, "
                + "0A200D0A expected: the file was transferred as text");
        if (header.U64(Field.Capacity) > MaxCapacity)
            throw new CorruptImageException(
                "VMDK-005", $"sparse header in {where}: capacity is {header.U64(Field.Capacity)} sectors, at most {MaxCapacity} allowed");
        ulong grain = header.U64(Field.GrainSize);
        if (grain is < MinGrainSectorCount or > MaxGrainSectorCount || !BitOperations.IsPow2(grain))
            throw new CorruptImageException(
                "VMDK-006",
                $"sparse header in {where}: grain size is {grain} sectors, a power of two from {MinGrainSectorCount} to "
                + $"{MaxGrainSectorCount} allowed");
        uint entries = header.U32(Field.TableEntryCount);
        if (entries is 0 or > MaxTableEntryCount)
            throw new CorruptImageException(
                "VMDK-007", $"sparse header in {where}: {entries} entries in a grain table, 1 to {MaxTableEntryCount} allowed");
        header.CheckCompression(where);
        return header;
    }

    /// <summary>Writes a header over <paramref name="target"/>, which is 512 bytes long.</summary>
    public static void Write(Span<byte> target, in SparseHeaderFields fields)
    {
        target[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target[Field.Magic..], Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[Field.Version..], fields.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(target[Field.Flags..], (uint)fields.Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(target[Field.Capacity..], (ulong)fields.Capacity);
        BinaryPrimitives.WriteUInt64LittleEndian(target[Field.GrainSize..], (ulong)fields.GrainSectorCount);
        BinaryPrimitives.WriteUInt64LittleEndian(target[Field.DescriptorOffset..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(target[Field.DescriptorSize..], (ulong)fields.DescriptorSectorCount);
        BinaryPrimitives.WriteUInt32LittleEndian(target[Field.TableEntryCount..], (uint)fields.TableEntryCount);
        BinaryPrimitives.WriteUInt64LittleEndian(target[Field.RedundantDirectoryOffset..], fields.RedundantDirectoryOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(target[Field.DirectoryOffset..], fields.DirectoryOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(target[Field.OverHead..], (ulong)fields.OverHead);
        "\n \r\n"u8.CopyTo(target[Field.Newlines..]);
        BinaryPrimitives.WriteUInt16LittleEndian(
            target[Field.CompressAlgorithm..], (fields.Flags & SparseFlags.Compressed) != 0 ? Deflate : (ushort)0);
    }

    private void CheckCompression(string where)
    {
        ushort algorithm = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[Field.CompressAlgorithm..]);
        // Flag and algorithm say the same thing twice; where they differ, one of them is damaged, and a guess would be wrong data.
        if (algorithm != (IsCompressed ? Deflate : 0))
            throw new CorruptImageException(
                "VMDK-013",
                $"sparse header in {where}: compression algorithm is {algorithm}, {(IsCompressed ? Deflate : 0)} expected with flags "
                + $"0x{(uint)Flags:x}");
        if (IsCompressed && (Flags & SparseFlags.Markers) == 0)
            throw new UnsupportedFeatureException(
                "VMDK with compressed grains but no markers", $"{where} has them; convert it with qemu-img");
    }

    private uint U32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[field..]);

    private ulong U64(int field) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[field..]);

    private static class Field
    {
        public const int Magic = 0x00;
        public const int Version = 0x04;
        public const int Flags = 0x08;
        public const int Capacity = 0x0C;
        public const int GrainSize = 0x14;
        public const int DescriptorOffset = 0x1C;
        public const int DescriptorSize = 0x24;
        public const int TableEntryCount = 0x2C;
        public const int RedundantDirectoryOffset = 0x30;
        public const int DirectoryOffset = 0x38;
        public const int OverHead = 0x40;
        public const int UncleanShutdown = 0x48;
        public const int Newlines = 0x49;
        public const int CompressAlgorithm = 0x4D;
    }
}
