using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>Opens volumes for changes: refuses what must be repaired first.</summary>
internal static class VolumeOpener
{
    /// <returns>Null when the volume holds no file system of this family.</returns>
    public static WritableVolume? Open(IByteTarget target, Limits limits, TimeProvider clock)
    {
        if (!FatFileSystem.IsFat(target))
            return null;
        Geometry geometry = FatFileSystem.ReadGeometry(target);
        var volume = new WritableVolume(target, geometry, limits, clock);
        if (!FatFileSystem.IsClean(geometry, volume.Entries))
            throw new RefusedOperationException(
                RefusalReason.InUse, "the FAT volume was not unmounted cleanly; check it with fsck.fat, which also takes the mark away");
        if (TableCopies.FindDifference(volume.Store, geometry) is { } difference)
            throw new RefusedOperationException(RefusalReason.InUse, $"{difference} in the FAT volume; repair it with fsck.fat first");
        new VolumeCheck(geometry, volume.Directories, volume.Chains, limits).Run();
        return volume;
    }
}
