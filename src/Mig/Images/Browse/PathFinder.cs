using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Machines.Files;
using Mig.Machines.Mounts;
using Mig.Store;

namespace Mig.Images.Browse;

/// <summary>
/// Turns paths as Windows writes them into paths with the names that an image has; on other volumes paths stay as they are.
/// </summary>
internal static class PathFinder
{
    /// <summary>Returns a path that names disk, partition and entries as they are; unchanged when nothing of Windows is meant.</summary>
    /// <exception cref="NotFoundException">It names a drive that the image does not have.</exception>
    public static PathSpec Locate(IContentSource store, MachineImage image, PathSpec path) =>
        TryLocate(store, image, path) ?? throw new NotFoundException(
            $"there is no drive {path.Drive}: in the image, as far as its registry tells; choose a volume, as in @2/path");

    /// <returns>Null when the image does not have the drive that the path names.</returns>
    public static PathSpec? TryLocate(IContentSource store, MachineImage image, PathSpec path)
    {
        List<DiskVolume> volumes = [.. ImageVolumes.WithFiles(image)];
        if (!volumes.Exists(item => WindowsPath.IsUsedOn(item.Volume)))
            return path;
        if (path.Drive is { } drive && !StandsThere(store, image, path))
        {
            if (DriveLetters.Find(store, volumes, drive) is not { } found)
                return null;
            byte[] rest = WindowsPath.Resolve(store, found.Volume.Root!, path.Path.Span[2..]);
            return found.Volume.Number == 0 ? new PathSpec(found.Disk.Name, null, rest)
                : new PathSpec(found.Disk.Name, found.Volume.Number, rest);
        }

        ImageVolume? volume = path is { Disk: null, Partition: null } ? SystemVolume.FindDefault(store, image) : FindNamed(volumes, path);
        return volume is not null && WindowsPath.IsUsedOn(volume)
            ? path with { Path = WindowsPath.Resolve(store, volume.Root!, path.Path.Span) } : path;
    }

    /// <summary>Returns paths as two images have them; where they differ in the case of names, both.</summary>
    public static IReadOnlyList<PathSpec> Locate(
        IContentSource store, MachineImage before, MachineImage after, IReadOnlyList<PathSpec> paths)
    {
        var located = new List<PathSpec>();
        foreach (PathSpec path in paths)
        {
            PathSpec?[] found = [TryLocate(store, after, path), TryLocate(store, before, path)];
            if (found is [null, null])
                throw new NotFoundException(
                    $"neither version has a drive {path.Drive}:, as far as its registry tells; choose a volume, as in @2/path");
            located.AddRange(found.OfType<PathSpec>().Distinct());
        }

        return located;
    }

    // A folder of Linux may be called "C:", too.
    private static bool StandsThere(IObjectSource store, MachineImage image, PathSpec path)
    {
        ImageVolume? volume = SystemVolume.FindDefault(store, image);
        return volume is not null && !WindowsPath.IsUsedOn(volume) && TreeLookup.Find(store, volume.Root!, path.Path.Span) is not null;
    }

    private static ImageVolume? FindNamed(List<DiskVolume> volumes, PathSpec path)
    {
        List<ImageVolume> named = [.. volumes.Where(path.Means).Select(item => item.Volume)];
        return named.Count == 1 ? named[0] : null;
    }
}
