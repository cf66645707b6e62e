using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>Opens volumes for changes: refuses what must be repaired first.</summary>
internal static class VolumeOpener
{
    private const int BufferSize = 1 << 16;

    /// <returns>Null when the volume holds no file system of this family.</returns>
    public static WritableVolume? Open(IByteTarget target, Limits limits, TimeProvider clock)
    {
        if (!FatFileSystem.IsFat(target))
            return null;
        Geometry geometry = FatFileSystem.ReadGeometry(target);
        var volume = new WritableVolume(target, geometry, limits, clock);
        if (!FatFileSystem.IsClean(geometry, volume.Entries))
            throw new RefusedOperationException(RefusalReason.InUse, "the FAT volume was not unmounted cleanly; check it with fsck.fat, which also takes the mark away");
        for (int copy = 1; geometry.IsMirrored && copy < geometry.FatCount; copy++)
            CompareCopies(target, geometry, copy);
        new VolumeCheck(geometry, volume.Directories, volume.Chains, limits).Run();
        return volume;
    }

    private static void CompareCopies(IByteTarget target, Geometry geometry, int copy)
    {
        byte[] first = new byte[BufferSize];
        byte[] other = new byte[BufferSize];
        for (long offset = 0; offset < geometry.FatLength; offset += BufferSize)
        {
            int count = (int)Math.Min(BufferSize, geometry.FatLength - offset);
            target.ReadExactly(geometry.FatOffset + offset, first.AsSpan(0, count));
            target.ReadExactly(geometry.FatOffset + (copy * geometry.FatLength) + offset, other.AsSpan(0, count));
            int length = first.AsSpan(0, count).CommonPrefixLength(other.AsSpan(0, count));
            if (length < count)
                throw new RefusedOperationException(RefusalReason.InUse, $"allocation tables 1 and {copy + 1} of the FAT volume differ at byte {offset + length}; repair it with fsck.fat first");
        }
    }
}
