using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>Decides which file an extent line may open. The name comes from a stranger.</summary>
internal static class ExtentPath
{
    /// <summary>Returns the path of the extent's file.</summary>
    /// <exception cref="UnsupportedFeatureException">It is not a regular file in the descriptor's folder.</exception>
    public static string Find(string descriptorPath, ExtentLine extent, DiskOpenOptions options)
    {
        string name = extent.FileName;
        if (name is "" or "." or ".." || name.Contains('\0', StringComparison.Ordinal))
            throw new CorruptImageException(
                "VMDK-042", $"extent in line {extent.LineNumber} of {descriptorPath}: \"{name}\" is not a file name");
        return NamedFile.Find(descriptorPath, name, "a VMDK extent", $"line {extent.LineNumber} of {descriptorPath} names \"{name}\"",
            mayHaveFolders: false, options);
    }
}
