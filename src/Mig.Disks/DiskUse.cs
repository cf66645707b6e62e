using Mig.Core;
using Mig.Core.Host;

namespace Mig.Disks;

/// <summary>
/// Tells whether somebody writes to a disk, by what writers say of themselves: QEMU by its image locks, the kernel by what it holds of a
/// block device.
/// </summary>
/// <remarks>
/// QEMU locks a byte of the image for each permission that it has, and one for each that it grants to nobody else (block/file-posix.c,
/// block/block.h). Whoever reads an image as qemu-img does must be granted to read it, and grants nobody to write to it or to change its
/// length.
/// </remarks>
internal static class DiskUse
{
    private const int HeldBase = 100; // RAW_LOCK_PERM_BASE
    private const int DeniedBase = 200; // RAW_LOCK_SHARED_BASE
    private const int ConsistentRead = 0;
    private const int Write = 1;
    private const int Resize = 3;

    /// <returns>A sentence without its full stop; null when nobody is known.</returns>
    public static string? Find(FileSource file)
    {
        if (file.IsLocked(HeldBase + Write) || file.IsLocked(HeldBase + Resize))
            return $"{file.Path} is in use: another program holds QEMU's \"write\" lock on it, as a running machine does";
        if (file.IsLocked(DeniedBase + ConsistentRead))
            return $"{file.Path} is in use: another program holds QEMU's lock against readers, as a job on a running machine does";
        return file.IsBlockDevice && BlockDevice.FindUse(file.Path) is { } use ? $"{file.Path} is in use: {use}" : null;
    }
}
