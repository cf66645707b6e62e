using Mig.Core;
using Mig.FileSystems.Ext;
using Mig.FileSystems.Ext.Writing;
using Mig.FileSystems.Fat;
using Mig.FileSystems.Fat.Writing;
using Mig.FileSystems.Ntfs;

namespace Mig.FileSystems;

/// <summary>The file systems that mig reads: listed here, not discovered.</summary>
public static class FileSystemFormats
{
    /// <summary>
    /// Opens the file system on a volume, without mounting it: nothing is written, and its journal is replayed in memory.
    /// </summary>
    /// <param name="volume">The volume, such as <c>new SubSource(disk.Content, partition.Range)</c>. Not owned; must stay open as long as
    /// the file system.</param>
    /// <param name="limits">What reading it may spend; null for <see cref="Limits.Default"/>.</param>
    /// <param name="damage">Takes what is wrong with the volume as a whole, when files can be read all the same. Null to throw.</param>
    /// <returns>Null when the volume holds none that mig knows.</returns>
    /// <exception cref="CorruptImageException">It is one that mig knows, and it is damaged.</exception>
    /// <exception cref="UnsupportedFeatureException">It uses a feature that mig cannot read.</exception>
    public static IFileSystem? Open(IByteSource volume, Limits? limits = null, DamageList? damage = null)
    {
        ArgumentNullException.ThrowIfNull(volume);
        limits ??= Limits.Default;
        if (NtfsFileSystem.Open(volume, limits, damage) is { } ntfs)
            return ntfs;
        try
        {
            if (ExtFileSystem.Open(volume, limits, damage) is { } ext)
                return ext;
        }
        catch (CorruptImageException) when (FatFileSystem.IsFat(volume))
        {
            // ext's two magic bytes lie where FAT12 and FAT16 may have their table.
        }

        return FatFileSystem.Open(volume, limits, damage);
    }

    /// <summary>
    /// Opens the file system on a volume for changes. If its journal waits to be replayed, that is written to the target at once.
    /// </summary>
    /// <param name="volume">A view that can be thrown away; see <see cref="IFileSystemWriter"/>. Not owned.</param>
    /// <param name="clock">What new times are taken from.</param>
    /// <returns>Null when the volume holds none that mig knows.</returns>
    /// <exception cref="CorruptImageException">It is one that mig knows, and it is damaged.</exception>
    /// <exception cref="UnsupportedFeatureException">It uses a feature that mig cannot write, or is one that mig only knows by
    /// name.</exception>
    /// <exception cref="RefusedOperationException">It is in use, or must be repaired first.</exception>
    public static IFileSystemWriter? OpenWriter(IByteTarget volume, Limits limits, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(volume);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(clock);
        try
        {
            if (ExtWriter.Open(volume, limits, clock) is { } ext)
                return ext;
        }
        catch (CorruptImageException) when (FatFileSystem.IsFat(volume))
        {
            // As in Open: it is the table of a FAT.
        }

        if (FatWriter.Open(volume, limits, clock) is { } fat)
            return fat;
        UnchangeableFormats.Refuse(volume);
        return null;
    }
}
