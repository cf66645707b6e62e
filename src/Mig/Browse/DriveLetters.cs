using Mig.History.Images;
using Mig.Store;

namespace Mig.Browse;

/// <summary>Finds the volume that Windows gives a letter.</summary>
internal static class DriveLetters
{
    /// <returns>Null when nothing says which one it is.</returns>
    public static (ImageDisk Disk, ImageVolume Volume)? Find(IContentSource store, IReadOnlyList<(ImageDisk Disk, ImageVolume Volume)> volumes, char letter)
    {
        (ImageDisk Disk, ImageVolume Volume)? system = SystemVolume.FindWindows(store, volumes);
        return letter == 'C' ? system : null;
    }
}
