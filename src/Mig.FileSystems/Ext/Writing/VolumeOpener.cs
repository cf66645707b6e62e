using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>Opens volumes for changes: refuses what cannot be changed, replays the journal, and finishes what was left half done.</summary>
internal static class VolumeOpener
{
    /// <returns>Null when the volume holds no file system of this family.</returns>
    public static WritableVolume? Open(IByteTarget target, Limits limits, TimeProvider clock)
    {
        byte[] bytes = new byte[Superblock.Size];
        if (target.Length < Superblock.Offset + Superblock.Size)
            return null;
        target.ReadExactly(Superblock.Offset, bytes);
        if (!Superblock.HasMagic(bytes))
            return null;
        Geometry geometry = ExtFileSystem.ReadGeometry(bytes, target);
        WritableFeatures.Check(geometry);
        CheckMultiMount(target, geometry);
        bool isRecovered = geometry.Has(IncompatibleFeatures.Recover);
        if (isRecovered)
        {
            new JournalReplay(target, geometry, limits).Run();
            target.ReadExactly(Superblock.Offset, bytes);
            int blockSize = geometry.BlockSize;
            if (!Superblock.HasMagic(bytes))
                throw ExtError.Corrupt("EXT4-017", $"superblock at {Superblock.Offset}: its copy in the journal has no magic number");
            geometry = ExtFileSystem.ReadGeometry(bytes, target);
            if (geometry.BlockSize != blockSize)
                throw ExtError.Corrupt("EXT4-017",
                    $"superblock at {Superblock.Offset}: its copy in the journal has block size {geometry.BlockSize}, {blockSize} needed");
            WritableFeatures.Check(geometry);
        }

        WritableFeatures.CheckState(geometry);
        var volume = new WritableVolume(target, geometry, limits, clock);
        volume.Store.Begin();
        if (isRecovered)
            FinishRecovery(volume);
        new OrphanCleaner(volume).Run();
        return volume;
    }

    // The superblock's counts are written now and then only: those of the groups are what counts.
    private static void FinishRecovery(WritableVolume volume)
    {
        long clusters = 0;
        long inodes = 0;
        for (int group = 0; group < volume.Geometry.GroupCount; group++)
        {
            WritableGroup counts = volume.Groups.Get(group);
            clusters += counts.FreeClusters;
            inodes += counts.FreeInodes;
        }

        volume.Superblock.FreeBlocks = clusters * volume.Geometry.BlocksPerCluster;
        volume.Superblock.FreeInodes = inodes;
        volume.Superblock.Clear(IncompatibleFeatures.Recover);
        volume.Superblock.SetClean();
    }

    // Layout: kernel fs/ext4/ext4.h, "struct mmp_struct": magic number, then what the machine that uses it writes, or that none does.
    private static void CheckMultiMount(IByteTarget target, Geometry geometry)
    {
        const uint clean = 0xFF4D4D50;
        if (!geometry.Has(IncompatibleFeatures.MultiMountProtection))
            return;
        if (!geometry.Contains(geometry.MultiMountBlock, 1))
            throw ExtError.Corrupt("EXT4-126",
                $"superblock at {Superblock.Offset}: block of multi-mount protection is {geometry.MultiMountBlock}, "
                + $"{geometry.FirstDataBlock + 1} to {geometry.BlockCount - 1} allowed");
        Span<byte> bytes = stackalloc byte[8];
        target.ReadExactly(geometry.MultiMountBlock * geometry.BlockSize, bytes);
        uint sequence = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (sequence != clean)
            throw new RefusedOperationException(
                RefusalReason.InUse,
                $"multi-mount protection says 0x{sequence:x8}: a machine has the file system mounted, or checks it; unmount it there, or "
                + "clear the mark with tune2fs -f -E clear_mmp");
    }
}
