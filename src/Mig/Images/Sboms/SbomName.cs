using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Machines.Files;

namespace Mig.Images.Sboms;

/// <summary>How a bill of materials calls what it is about.</summary>
public static class SbomName
{
    /// <summary>
    /// Names an image by its disks, and by the volume that was chosen when it is another than the one with the operating system: the same
    /// machine has the same name, however it was typed.
    /// </summary>
    /// <param name="volume">The volume that was chosen, without a path; null for the one with the operating system.</param>
    /// <param name="revision">How the user called the image, for messages.</param>
    public static string Of(ImageBrowser browser, MachineImage image, PathSpec? volume, string revision)
    {
        ArgumentNullException.ThrowIfNull(browser);
        ArgumentNullException.ThrowIfNull(image);
        string disks = string.Join(", ", image.Disks.Select(disk => disk.Name));
        if (volume is null or { Disk: null, Partition: null })
            return disks;
        ImagePath chosen = browser.Find(image, volume, revision);
        return chosen.Volume == browser.FindDefaultVolume(image) ? disks : disks + ImageVolumes.PrefixOf(image, chosen.Disk, chosen.Volume);
    }
}
