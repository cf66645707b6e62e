using System.Buffers.Binary;
using Mig.Core;

namespace Mig.Disks.Qcow2;

// Layout: QEMU docs/interop/qcow2.txt, "Header". All integers big-endian. Version 2 ends after 0x48 bytes.
internal readonly ref struct Qcow2Header
{
    public const uint Magic = 0x514649FB; // "QFI\xfb"
    public const int MinSize = 0x48;
    public const int Version3Size = 0x68;
    public const int SectorSize = 512;
    public const int MinClusterBits = 9;
    public const int MaxClusterBits = 21;
    public const int MinExtendedClusterBits = 14; // 32 subclusters of at least a sector
    public const int MaxBackingNameLength = 1023;
    private readonly ReadOnlySpan<byte> _bytes;

    private Qcow2Header(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public uint Version => U32(Field.Version);

    public ulong BackingNameOffset => U64(Field.BackingNameOffset);

    public uint BackingNameLength => U32(Field.BackingNameLength);

    public int ClusterBits => (int)U32(Field.ClusterBits);

    /// <summary>Length of the disk in bytes.</summary>
    public long Length => (long)U64(Field.Length);

    public uint CryptMethod => U32(Field.CryptMethod);

    public uint L1EntryCount => U32(Field.L1EntryCount);

    public ulong L1Offset => U64(Field.L1Offset);

    public uint SnapshotCount => U32(Field.SnapshotCount);

    public ulong SnapshotsOffset => U64(Field.SnapshotsOffset);

    public Qcow2Features Features => Version == 2 ? Qcow2Features.None : (Qcow2Features)U64(Field.Features);

    public int HeaderLength => Version == 2 ? MinSize : (int)U32(Field.HeaderLength);

    public Qcow2Compression Compression =>
        HeaderLength > Field.Compression ? (Qcow2Compression)_bytes[Field.Compression] : Qcow2Compression.Deflate;

    /// <summary>Reads a header and checks it.</summary>
    /// <param name="head">The first bytes of the file: its first cluster, if it has so many.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="UnsupportedFeatureException">It needs a feature that mig does not have.</exception>
    public static Qcow2Header Parse(ReadOnlySpan<byte> head, string path)
    {
        if (head.Length < MinSize)
            throw Corrupt("QCOW2-001", path, $"{head.Length} bytes present, {MinSize} needed");
        var header = new Qcow2Header(head);
        if (header.U32(0) != Magic)
            throw Corrupt("QCOW2-001", path, $"begins with {header.U32(0):x8}, {Magic:x8} expected");
        if (header.Version == 1)
            throw new UnsupportedFeatureException("the QCOW disk format, version 1", $"{path} has it; convert it with qemu-img");
        if (header.Version is not (2 or 3))
            throw Corrupt("QCOW2-002", path, $"version is {header.Version}, 2 or 3 allowed");
        if (header.U32(Field.ClusterBits) is < MinClusterBits or > MaxClusterBits)
            throw Corrupt("QCOW2-003", path,
                $"cluster bits are {header.U32(Field.ClusterBits)}, {MinClusterBits} to {MaxClusterBits} allowed");
        header.CheckVersion3(path);
        if (header.CryptMethod > 2)
            throw Corrupt("QCOW2-004", path, $"encryption method is {header.CryptMethod}, 0 to 2 allowed");
        if (header.CryptMethod != 0)
            throw new UnsupportedFeatureException(header.CryptMethod == 1 ? "QCOW2 encryption with AES" : "QCOW2 encryption with LUKS",
                $"{path} has it; decrypt it with qemu-img convert first");
        if (header.U64(Field.Length) > long.MaxValue)
            throw Corrupt("QCOW2-006", path, $"the disk has {header.U64(Field.Length)} bytes, at most {long.MaxValue} allowed");
        if (header.Length % SectorSize != 0)
            throw new UnsupportedFeatureException("a QCOW2 that does not end at a sector",
                $"the disk in {path} has {header.Length} bytes, which 512 does not divide, and products do not agree on what that means");
        return header;
    }

    /// <summary>Writes a header of version 3.</summary>
    public static void Write(Span<byte> bytes, in Qcow2HeaderFields fields)
    {
        bytes[..Version3Size].Clear();
        Put32(bytes, 0, Magic);
        Put32(bytes, Field.Version, 3);
        Put64(bytes, Field.BackingNameOffset, fields.BackingNameOffset);
        Put32(bytes, Field.BackingNameLength, fields.BackingNameLength);
        Put32(bytes, Field.ClusterBits, fields.ClusterBits);
        Put64(bytes, Field.Length, fields.Length);
        Put32(bytes, Field.L1EntryCount, fields.L1EntryCount);
        Put64(bytes, Field.L1Offset, fields.L1Offset);
        Put64(bytes, Field.RefcountTableOffset, fields.RefcountTableOffset);
        Put32(bytes, Field.RefcountTableClusters, fields.RefcountTableClusters);
        Put32(bytes, Field.RefcountOrder, fields.RefcountOrder);
        Put32(bytes, Field.HeaderLength, Version3Size);
    }

    private void CheckVersion3(string path)
    {
        if (Version == 2)
            return;
        if (_bytes.Length < Version3Size)
            throw Corrupt("QCOW2-001", path, $"{_bytes.Length} bytes present, {Version3Size} needed by version 3");
        if (U32(Field.HeaderLength) < Version3Size || U32(Field.HeaderLength) > Math.Min(1u << ClusterBits, _bytes.Length))
            throw Corrupt("QCOW2-005", path,
                $"header length is {U32(Field.HeaderLength)}, {Version3Size} to {Math.Min(1 << ClusterBits, _bytes.Length)} allowed");
        Qcow2Features unknown = Features & ~Qcow2Features.All;
        if (unknown != 0)
            throw new UnsupportedFeatureException($"QCOW2 feature bits {(ulong)unknown:x}", $"{path} says that a reader must know them");
        if ((Features & Qcow2Features.ExternalData) != 0)
            throw new UnsupportedFeatureException(
                "a QCOW2 with an external data file", $"{path} keeps the disk's content in another file; convert it with qemu-img first");
        if ((Features & Qcow2Features.ExtendedL2) != 0 && ClusterBits < MinExtendedClusterBits)
            throw Corrupt("QCOW2-003", path,
                $"cluster bits are {ClusterBits}, {MinExtendedClusterBits} to {MaxClusterBits} allowed with subclusters");
        if (Compression != Qcow2Compression.Deflate != ((Features & Qcow2Features.CompressionType) != 0))
            throw Corrupt("QCOW2-007", path,
                $"compression type is {(byte)Compression}, and the feature bit for other types than 0 says otherwise");
        if (Compression is not (Qcow2Compression.Deflate or Qcow2Compression.Zstd))
            throw new UnsupportedFeatureException(
                $"QCOW2 compression type {(byte)Compression}", $"{path} has it; mig knows 0 (deflate) and 1 (zstd)");
    }

    private uint U32(int field) => BinaryPrimitives.ReadUInt32BigEndian(_bytes[field..]);

    private ulong U64(int field) => BinaryPrimitives.ReadUInt64BigEndian(_bytes[field..]);

    private static void Put32(Span<byte> bytes, int field, long value) =>
        BinaryPrimitives.WriteUInt32BigEndian(bytes[field..], (uint)value);

    private static void Put64(Span<byte> bytes, int field, long value) => BinaryPrimitives.WriteInt64BigEndian(bytes[field..], value);

    private static CorruptImageException Corrupt(string code, string path, string detail) => new(code, $"QCOW2 header of {path}: {detail}");

    private static class Field
    {
        public const int Version = 0x04;
        public const int BackingNameOffset = 0x08;
        public const int BackingNameLength = 0x10;
        public const int ClusterBits = 0x14;
        public const int Length = 0x18;
        public const int CryptMethod = 0x20;
        public const int L1EntryCount = 0x24;
        public const int L1Offset = 0x28;
        public const int RefcountTableOffset = 0x30;
        public const int RefcountTableClusters = 0x38;
        public const int SnapshotCount = 0x3C;
        public const int SnapshotsOffset = 0x40;
        public const int Features = 0x48; // incompatible ones; compatible and autoclear ones follow
        public const int RefcountOrder = 0x60;
        public const int HeaderLength = 0x64;
        public const int Compression = 0x68;
    }
}
