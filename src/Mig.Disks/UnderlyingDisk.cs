using Mig.Archives.Compression;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Disks;

/// <summary>Opens the disk under another one: the backing file of a QCOW2, the parent of a VMDK.</summary>
internal static class UnderlyingDisk
{
    /// <summary>Tells whether a file is named as those of a format are, compressed or not.</summary>
    public static bool HasExtension(string path, string extension) =>
        CompressedFormat.All.Any(compression => compression.TrimSuffix(path).EndsWith(extension, StringComparison.OrdinalIgnoreCase));

    /// <summary>Opens it. It may have one under it in turn.</summary>
    /// <param name="path">The file of the upper disk.</param>
    /// <param name="name">The name that it gives.</param>
    /// <param name="format">The format that it gives; the content is never asked, since a guest may have written it.</param>
    /// <param name="role">What it is, as in "a QCOW2 backing file".</param>
    /// <param name="isExpected">Whether the user knows that the upper disk is of its format.</param>
    /// <param name="warnings">Collects what is wrong with the disk, also while it is read.</param>
    /// <param name="loopCode">Error code of a disk that lies over itself, and of too many disks.</param>
    public static DiskImage Open(string path, string name, string format, string role, bool isExpected, string loopCode,
        DiskWarnings warnings, Limits limits, DiskOpenOptions options)
    {
        string where = $"{path} names \"{name}\"";
        // A guest can write what it likes to its raw disk, the header of another format with the name of another machine's disk too.
        if (!isExpected)
            throw new UnsupportedFeatureException($"{role} of a file without the extension of its format",
                $"{where}; rename the file, or force the format with --input-format if it is no guest's raw disk");
        string file = NamedFile.Find(path, name, role, where, mayHaveFolders: true, options);
        string[] above = [.. options.Above, HostPath.Resolve(path) ?? path];
        if (above.Contains(HostPath.Resolve(file)))
            throw new CorruptImageException(loopCode, $"{role}: {where}, which lies over {path} itself");
        if (above.Length >= limits.MaxBackingDepth)
            throw new CorruptImageException(
                loopCode, $"{role}: {where}, and {above.Length} disks lie over it, at most {limits.MaxBackingDepth - 1} allowed");
        return DiskFormats.Open(file, format, limits, options with { Above = above, Warnings = warnings });
    }
}
