using System.Text;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.Machines.Mounts;
using Mig.Store;

namespace Mig.Machines.Files;

/// <summary>Finds the volume that a path without <c>@</c> means.</summary>
internal static class SystemVolume
{
    // What is looked for in turn: either of these on Linux, this on older systems, this where ostree deploys; then the registry of Windows.
    private static readonly string[][] Signs = [["etc/os-release", "usr/lib/os-release"], ["etc/passwd"], [OstreeDeployment.Folder]];

    private static ReadOnlySpan<byte> WindowsSign => "Windows/System32/config/SOFTWARE"u8;

    private static ReadOnlySpan<byte> WindowsFolder => "Windows/System32"u8;

    /// <summary>Returns the volume with the operating system, or the only one with files; null when that is not clear.</summary>
    public static ImageVolume? FindDefault(IObjectSource store, MachineImage image)
    {
        List<DiskVolume> volumes = [.. ImageVolumes.WithFiles(image)];
        return volumes.Count == 1 ? volumes[0].Volume : Find(store, volumes)?.Volume;
    }

    /// <summary>Returns the volume with the operating system.</summary>
    public static DiskVolume? Find(IObjectSource store, IReadOnlyList<DiskVolume> volumes)
    {
        foreach (string[] signs in Signs)
        {
            var found = volumes.Where(item => HasOneOf(store, item.Volume, signs)).ToList();
            if (found.Count == 1)
                return found[0];
        }

        return FindWindows(store, volumes) ?? FindOnlyOne([.. volumes.Where(item => !IsBootVolume(item.Volume))]);
    }

    /// <summary>Returns the volume with Windows; null when there is none, or several.</summary>
    public static DiskVolume? FindWindows(IObjectSource store, IReadOnlyList<DiskVolume> volumes)
    {
        var candidates = volumes.Where(item =>
            WindowsPath.IsUsedOn(item.Volume) && WindowsPath.Find(store, item.Volume.Root!, WindowsFolder) is not null).ToList();
        if (candidates.Count > 1)
            candidates.RemoveAll(item => WindowsPath.Find(store, item.Volume.Root!, WindowsSign) is null);
        return candidates.Count == 1 ? candidates[0] : null;
    }

    /// <summary>
    /// Tells whether there is an operating system on a volume that was looked into, as far as the names of its files tell.
    /// </summary>
    public static bool HasSystem(IObjectSource store, ImageVolume volume) =>
        Signs.Any(signs => HasOneOf(store, volume, signs))
            || (WindowsPath.IsUsedOn(volume) && WindowsPath.Find(store, volume.Root!, WindowsSign) is not null);

    private static bool HasOneOf(IObjectSource store, ImageVolume volume, string[] paths) =>
        paths.Any(path => TreeLookup.Find(store, volume.Root!, Encoding.ASCII.GetBytes(path)) is not null);

    private static DiskVolume? FindOnlyOne(IReadOnlyList<DiskVolume> volumes) => volumes.Count == 1 ? volumes[0] : null;

    /// <summary>
    /// Tells whether a volume holds what starts the machine, and is nobody's first thought: UEFI specification 2.10, 5.2.2 and table 5-7.
    /// </summary>
    public static bool IsBootVolume(ImageVolume volume) => volume.PartitionType is "ef" or "c12a7328-f81f-11d2-ba4b-00c04f8ec93b";
}
