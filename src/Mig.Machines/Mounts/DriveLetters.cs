using System.Buffers.Binary;
using Mig.Core;
using Mig.History.Images;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Windows;
using Mig.Store;

namespace Mig.Machines.Mounts;

/// <summary>Finds the volume that Windows gives a letter.</summary>
internal static class DriveLetters
{
    private const int BasicSize = 12;

    /// <returns>Null when nothing says which one it is.</returns>
    public static DiskVolume? Find(IContentSource store, IReadOnlyList<DiskVolume> volumes, char letter)
    {
        DiskVolume? system = SystemVolume.FindWindows(store, volumes);
        if (letter == 'C' || system is not { } windows)
            return letter == 'C' ? system : null;
        byte[] device;
        try
        {
            device = new WindowsHives(store, 1, windows.Volume.Root!)
                .Open("SYSTEM")?.Root.Open("MountedDevices")?.Find($@"\DosDevices\{letter}:")?.Data ?? [];
        }
        catch (CorruptImageException)
        {
            return null;
        }

        // Of a partition of an MBR: the number of its disk, which mig does not keep, and where it begins.
        if (device.Length != BasicSize)
            return null;
        long offset = BinaryPrimitives.ReadInt64LittleEndian(device.AsSpan(sizeof(uint)));
        List<DiskVolume> found = [.. volumes.Where(item =>
            item.Volume.Number > 0 && item.Disk.Scheme == "mbr" && item.Volume.Range.Offset == offset)];
        return found.Count == 1 ? found[0] : null;
    }
}
