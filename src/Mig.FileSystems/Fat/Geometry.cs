using Mig.Core;

namespace Mig.FileSystems.Fat;

/// <summary>
/// Where everything lies on the volume; offsets and lengths in bytes. Clusters are numbered from <see cref="FirstCluster"/>.
/// </summary>
internal sealed record Geometry
{
    public const int FirstCluster = 2;

    private const int MaxFat12Clusters = 4084; // these three are the specification's
    private const int MaxFat16Clusters = 65524;
    private const int MaxFat32Clusters = 0x0FFFFFF5;
    private const int NotMirrored = 0x80;
    private const int ActiveFatMask = 0xF;
    private const int NoInfoSector = 0xFFFF;

    private Geometry()
    {
    }

    public required FatType Type { get; init; }

    public required int SectorSize { get; init; }

    public required int ClusterSize { get; init; }

    public required int FatCount { get; init; }

    public required long FatOffset { get; init; }

    public required long FatLength { get; init; }

    /// <summary>The table that counts.</summary>
    public required int ActiveFat { get; init; }

    /// <summary>Whether all tables are kept equal.</summary>
    public required bool IsMirrored { get; init; }

    /// <summary>The root directory of FAT12 and FAT16; empty for FAT32.</summary>
    public required ByteRange FixedRoot { get; init; }

    /// <summary>The first cluster of the root directory of FAT32; 0 for the others.</summary>
    public required int RootCluster { get; init; }

    public required long DataOffset { get; init; }

    /// <summary>How many clusters are there as a whole.</summary>
    public required int ClusterCount { get; init; }

    /// <summary>Bytes that the file system covers and that are there, from the start of the volume.</summary>
    public required long Length { get; init; }

    /// <summary>Whether the volume is shorter than the boot sector says, so that only a part of the clusters is there.</summary>
    public required bool IsCutShort { get; init; }

    /// <summary>Where FAT32 keeps its count of free clusters; 0 when it does not.</summary>
    public required long InfoOffset { get; init; }

    /// <summary>Where the byte lies whose bit 0 says that a machine has the volume mounted.</summary>
    public required int StateOffset { get; init; }

    public required byte State { get; init; }

    public required byte Media { get; init; }

    /// <summary>Null when the volume has none.</summary>
    public required uint? Serial { get; init; }

    /// <summary>The label of the boot sector; the one in the root directory counts more.</summary>
    public required string Label { get; init; }

    /// <summary>One more than the last cluster's number.</summary>
    public int EndCluster => FirstCluster + ClusterCount;

    /// <param name="damage">Takes that the volume is too short, and what is there is read; null to throw. Without its tables and a root
    /// directory there is nothing to read.</param>
    /// <exception cref="CorruptImageException">The fields do not fit to each other, or to the volume.</exception>
    /// <exception cref="UnsupportedFeatureException">It is a FAT32 of a version yet to come.</exception>
    public static Geometry Make(BootSector sector, long volumeLength, DamageList? damage = null)
    {
        int sectorSize = sector.SectorSize;
        long rootSectors = ((sector.RootEntryCount * (long)DirectorySlot.Size) + sectorSize - 1) / sectorSize;
        if (sector.IsFat32 != (rootSectors == 0))
            throw Corrupt("FAT-012",
                $"{sector.RootEntryCount} entries in the root directory, {(sector.IsFat32 ? "0 needed in FAT32" : "at least 1 needed")}");
        if (sector.IsFat32 && sector.Version != 0)
            throw new UnsupportedFeatureException(
                "FAT32 version", $"boot sector at 0 has version {sector.Version >> 8}.{sector.Version & 0xFF}, only 0.0 is known");
        long fatEnd = sector.ReservedSectors + (sector.FatCount * sector.FatSectors);
        long clusterCount = (sector.SectorCount - fatEnd - rootSectors) / sector.SectorsPerCluster;
        if (clusterCount < 1)
            throw Corrupt(
                "FAT-006",
                $"{sector.SectorCount} sectors in all, of which {fatEnd + rootSectors} come before the first cluster: there is no "
                + "cluster, at least 1 needed");
        long length = sector.SectorCount * sectorSize;
        long dataOffset = (fatEnd + rootSectors) * sectorSize;
        if (length > volumeLength)
        {
            CorruptImageException tooShort = Corrupt("FAT-007", $"file system has {length} bytes, the volume has only {volumeLength}");
            if (damage is null || volumeLength < dataOffset)
                throw tooShort;
            damage.Add(tooShort);
        }

        // The number of clusters decides. But what has the fields of FAT32 is FAT32 however small it is: mkfs.fat -F 32 makes such, and
        // every system takes them.
        FatType type = sector.IsFat32 ? FatType.Fat32 : clusterCount <= MaxFat12Clusters ? FatType.Fat12 : FatType.Fat16;
        int maxClusters = type == FatType.Fat32 ? MaxFat32Clusters : MaxFat16Clusters;
        if (clusterCount > maxClusters)
            throw Corrupt("FAT-009", $"{clusterCount} clusters, at most {maxClusters} allowed");
        long fatLength = sector.FatSectors * sectorSize;
        if (fatLength * 8 / (int)type < clusterCount + FirstCluster)
            throw Corrupt("FAT-008", $"an allocation table of {fatLength} bytes is too short for {clusterCount} clusters");
        bool isFat32 = type == FatType.Fat32;
        if (isFat32 && (sector.RootCluster < FirstCluster || sector.RootCluster >= FirstCluster + clusterCount))
            throw Corrupt("FAT-010",
                $"root directory begins at cluster {sector.RootCluster}, {FirstCluster} to {FirstCluster + clusterCount - 1} allowed");
        bool isMirrored = !isFat32 || (sector.ExtendedFlags & NotMirrored) == 0;
        int activeFat = isMirrored ? 0 : sector.ExtendedFlags & ActiveFatMask;
        if (activeFat >= sector.FatCount)
            throw Corrupt("FAT-011", $"allocation table {activeFat} is the active one, 0 to {sector.FatCount - 1} allowed");
        bool hasInfo = isFat32 && sector.InfoSector is not (0 or NoInfoSector) && sector.InfoSector < sector.ReservedSectors;
        return new Geometry
        {
            Type = type,
            SectorSize = sectorSize,
            ClusterSize = sectorSize * sector.SectorsPerCluster,
            FatCount = sector.FatCount,
            FatOffset = (long)sector.ReservedSectors * sectorSize,
            FatLength = fatLength,
            ActiveFat = activeFat,
            IsMirrored = isMirrored,
            FixedRoot = new ByteRange(fatEnd * sectorSize, sector.RootEntryCount * (long)DirectorySlot.Size),
            RootCluster = isFat32 ? (int)sector.RootCluster : 0,
            DataOffset = dataOffset,
            ClusterCount = (int)Math.Min(clusterCount, (volumeLength - dataOffset) / (sectorSize * sector.SectorsPerCluster)),
            Length = Math.Min(length, volumeLength),
            IsCutShort = length > volumeLength,
            InfoOffset = hasInfo ? (long)sector.InfoSector * sectorSize : 0,
            StateOffset = sector.StateOffset,
            State = sector.State,
            Media = sector.Media,
            Serial = sector.HasSerial ? sector.Serial : null,
            Label = ShortName.ReadLabel(sector.Label),
        };
    }

    /// <summary>Returns where a cluster lies.</summary>
    public long OffsetOf(int cluster) => DataOffset + ((long)(cluster - FirstCluster) * ClusterSize);

    public bool Contains(long cluster) => cluster >= FirstCluster && cluster < EndCluster;

    /// <summary>Returns the first cluster that an entry says, not checked; 0 for none.</summary>
    public int GetFirstCluster(DirectorySlot slot) =>
        (int)(Type == FatType.Fat32 ? slot.FirstCluster & AllocationTable.Mask32 : slot.FirstCluster & 0xFFFF);

    /// <summary>Returns how many clusters so many bytes take.</summary>
    public long CountClusters(long bytes) => (bytes + ClusterSize - 1) / ClusterSize;

    private static CorruptImageException Corrupt(string code, string detail) => FatError.Corrupt(code, $"boot sector at 0: {detail}");
}
