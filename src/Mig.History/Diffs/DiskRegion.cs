namespace Mig.History.Diffs;

/// <summary>What a place on a disk is for.</summary>
public enum DiskRegion
{
    /// <summary>The code that a BIOS starts, in the first sector of a partitioned disk.</summary>
    BootCode,

    /// <summary>The partition table, and its copy.</summary>
    PartitionTable,

    /// <summary>In no partition: where boot loaders hide, among others.</summary>
    BetweenPartitions,

    /// <summary>
    /// The first KiB of a volume, which file systems leave to boot loaders; of FAT, which has its own data in there, the first sector.
    /// </summary>
    BootSector,

    /// <summary>The superblock of an ext file system.</summary>
    Superblock,

    /// <summary>
    /// The rest of a volume with files, where it holds no content of a changed file: inodes, directories, journal, deleted data.
    /// </summary>
    FileSystem,

    /// <summary>A volume that was not looked into.</summary>
    Unread,
}
