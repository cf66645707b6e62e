using System.Globalization;
using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>Opens the disk under a delta disk, and checks that it is still the one that the delta was made from.</summary>
internal static class ParentDisk
{
    private const string Extension = ".vmdk";
    private const string Role = "a VMDK parent";

    /// <returns>Null when the disk is a whole one.</returns>
    public static DiskImage? Open(
        string path, VmdkDescriptor descriptor, bool isForced, DiskWarnings warnings, Limits limits, DiskOpenOptions options)
    {
        if (descriptor.Parent is not { } parent)
            return null;
        if (descriptor.Extents.FirstOrDefault(extent => extent.Kind != ExtentKind.Sparse) is { } other)
            throw new UnsupportedFeatureException("a VMDK delta disk with other extents than sparse ones",
                $"line {other.LineNumber} of the descriptor in {path} has one, and parentFileNameHint is \"{parent.Name}\"");
        bool isExpected = isForced || UnderlyingDisk.HasExtension(path, Extension);
        DiskImage disk = UnderlyingDisk.Open(path, parent.Name, FormatProbe.Vmdk, Role, isExpected, "VMDK-045", warnings, limits, options);
        if (disk.ContentId == parent.ContentId)
            return disk;
        disk.Dispose();
        throw new CorruptImageException(
            "VMDK-046",
            $"descriptor in {path}: parentCID is {parent.ContentId:x8}, but the CID of {disk.Path} is "
            + $"{(disk.ContentId is { } id ? id.ToString("x8", CultureInfo.InvariantCulture) : "missing")}: it changed since, and both no "
            + "longer fit together");
    }
}
