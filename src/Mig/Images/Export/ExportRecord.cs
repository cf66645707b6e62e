using Mig.Core;
using Mig.Core.Host;

namespace Mig.Images.Export;

/// <summary>What is known of a disk file: mig wrote it, or has read all of it.</summary>
/// <param name="Layout">The disk in it; null for one of zeros.</param>
/// <param name="Length">Bytes of the disk.</param>
/// <param name="Format">The container.</param>
/// <param name="Files">The files that the disk is spread over, those of the disks under it included, and the state that they were
/// in.</param>
internal sealed record ExportRecord(LayoutId? Layout, long Length, string Format, IReadOnlyList<(string Path, FileStamp Stamp)> Files)
{
    /// <summary>Whether the files are still what they were.</summary>
    public bool IsCurrent => Files.All(file => LibC.GetStamp(file.Path) == file.Stamp);

    /// <summary>Takes down the state of files.</summary>
    /// <returns>Null when one is gone.</returns>
    public static IReadOnlyList<(string Path, FileStamp Stamp)>? Stamp(IEnumerable<string> files)
    {
        var stamped = new List<(string, FileStamp)>();
        foreach (string file in files)
        {
            if (LibC.GetStamp(file) is not { } stamp)
                return null;
            stamped.Add((Path.GetFullPath(file), stamp));
        }

        return stamped;
    }
}
