using System.Text;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.Store;

namespace Mig.Browse;

/// <summary>Finds the volume that a path without <c>@</c> means.</summary>
internal static class SystemVolume
{
    // What is looked for in turn: either of these on Linux, this on older systems, Windows' own folder.
    private static readonly string[][] Signs = [["etc/os-release", "usr/lib/os-release"], ["etc/passwd"], ["Windows/System32", "WINDOWS/system32"]];

    /// <summary>Returns the volume with the operating system, or the only one with files; null when that is not clear.</summary>
    public static ImageVolume? FindDefault(IObjectSource store, MachineImage image)
    {
        List<(ImageDisk Disk, ImageVolume Volume)> volumes = [.. ImageBrowser.VolumesWithFiles(image)];
        return volumes.Count == 1 ? volumes[0].Volume : Find(store, volumes)?.Volume;
    }

    /// <summary>Returns the volume with the operating system.</summary>
    public static (ImageDisk Disk, ImageVolume Volume)? Find(IObjectSource store, IReadOnlyList<(ImageDisk Disk, ImageVolume Volume)> volumes)
    {
        foreach (string[] signs in Signs)
        {
            var found = volumes.Where(item => signs.Any(sign => TreeLookup.Find(store, item.Volume.Root!, Encoding.ASCII.GetBytes(sign)) is not null)).ToList();
            if (found.Count == 1)
                return found[0];
        }

        return null;
    }
}
