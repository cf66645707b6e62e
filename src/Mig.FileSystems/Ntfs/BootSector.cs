using System.Buffers.Binary;
using System.Numerics;
using Mig.Core;

namespace Mig.FileSystems.Ntfs;

// Layout: Microsoft, "How NTFS Works", boot sector; ntfs-3g layout.h, NTFS_BOOT_SECTOR. All integers little-endian.
internal readonly ref struct BootSector
{
    public const int Size = 512;

    private const int MinSectorSize = 256;
    private const int MaxSectorSize = 4096;
    private const int MaxClusterSize = 2 << 20;
    private const int MaxRecordSize = 64 << 10;

    private readonly ReadOnlySpan<byte> _bytes;

    private BootSector(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public static bool HasMagic(ReadOnlySpan<byte> bytes) => bytes.Slice(Field.Magic, 8).SequenceEqual("NTFS    "u8);

    /// <summary>Checks a boot sector, and that the volume is long enough for it.</summary>
    /// <param name="damage">Takes that the volume is too short, and what is there is read; null to throw.</param>
    /// <exception cref="CorruptImageException">A field is not what the format allows.</exception>
    public static Geometry Parse(ReadOnlySpan<byte> bytes, long volumeLength, DamageList? damage = null)
    {
        var boot = new BootSector(bytes);
        int sectorSize = BinaryPrimitives.ReadUInt16LittleEndian(bytes[Field.SectorSize..]);
        if (sectorSize is < MinSectorSize or > MaxSectorSize || !BitOperations.IsPow2(sectorSize))
            throw Corrupt("NTFS-001", $"sector size is {sectorSize}, a power of two from {MinSectorSize} to {MaxSectorSize} allowed");

        // Up to 64 KiB the byte counts sectors, beyond it is the negative logarithm of their number.
        int code = bytes[Field.SectorsPerCluster];
        long sectorsPerCluster = code <= 0x80 ? code : 256 - code < 16 ? 1L << (256 - code) : 0;
        if (sectorsPerCluster == 0 || !BitOperations.IsPow2(sectorsPerCluster) || sectorsPerCluster * sectorSize > MaxClusterSize)
            throw Corrupt("NTFS-002", $"sectors per cluster are 0x{code:x2}, a power of two and at most {MaxClusterSize} bytes allowed");
        int clusterSize = (int)sectorsPerCluster * sectorSize;
        ulong sectorCount = BinaryPrimitives.ReadUInt64LittleEndian(bytes[Field.SectorCount..]);
        bool isCutShort = sectorCount > (ulong)(volumeLength / sectorSize);
        if (sectorCount == 0 || isCutShort)
        {
            CorruptImageException tooShort = Corrupt(
                "NTFS-003", $"file system has {sectorCount} sectors of {sectorSize} bytes, the volume has only {volumeLength} bytes");
            if (damage is null || sectorCount == 0)
                throw tooShort;
            damage.Add(tooShort);
            sectorCount = (ulong)(volumeLength / sectorSize);
        }

        long clusterCount = (long)sectorCount / sectorsPerCluster;
        int recordSize = boot.ReadSize(Field.RecordSize, clusterSize);
        int indexBlockSize = boot.ReadSize(Field.IndexBlockSize, clusterSize);
        if (recordSize == 0 || indexBlockSize == 0)
        {
            throw Corrupt(
                "NTFS-004",
                $"sizes of MFT records and index blocks are 0x{bytes[Field.RecordSize]:x2} and 0x{bytes[Field.IndexBlockSize]:x2}, powers "
                    + $"of two from {Size} to {MaxRecordSize} bytes allowed");
        }

        long table = boot.ReadCluster(Field.TableCluster, clusterCount, clusterSize, recordSize);
        long mirror = boot.ReadCluster(Field.MirrorCluster, clusterCount, clusterSize, recordSize);
        if (table < 0)
            throw Corrupt(
                "NTFS-005",
                $"MFT begins at cluster {BinaryPrimitives.ReadUInt64LittleEndian(bytes[Field.TableCluster..])}, below {clusterCount} "
                + "allowed");
        ulong serial = BinaryPrimitives.ReadUInt64LittleEndian(bytes[Field.Serial..]);
        return new Geometry(clusterSize, clusterCount, recordSize, (long)sectorCount * sectorSize, table, mirror, serial, isCutShort);
    }

    // A positive number counts clusters, a negative one is the logarithm of the size in bytes.
    private int ReadSize(int field, int clusterSize)
    {
        var code = (sbyte)_bytes[field];
        long size = code > 0 ? (long)code * clusterSize : code >= -31 ? 1L << -code : 0;
        return size is >= Size and <= MaxRecordSize && BitOperations.IsPow2(size) ? (int)size : 0;
    }

    private long ReadCluster(int field, long clusterCount, int clusterSize, int recordSize)
    {
        ulong cluster = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[field..]);
        return cluster < (ulong)clusterCount && ((long)cluster * clusterSize) + recordSize <= clusterCount * clusterSize ? (long)cluster
            : -1;
    }

    private static CorruptImageException Corrupt(string code, string detail) => NtfsError.Corrupt(code, $"boot sector at 0: {detail}");

    private static class Field
    {
        public const int Magic = 0x03;
        public const int SectorSize = 0x0B;
        public const int SectorsPerCluster = 0x0D;
        public const int SectorCount = 0x28;
        public const int TableCluster = 0x30;
        public const int MirrorCluster = 0x38;
        public const int RecordSize = 0x40;
        public const int IndexBlockSize = 0x44;
        public const int Serial = 0x48;
    }
}
