using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>Decides which file an extent line may open. The name comes from a stranger.</summary>
internal static class ExtentPath
{
    private const string HowToAllow = "move the file there, or allow files outside the image's folder if you trust the image";

    /// <summary>Returns the path of the extent's file.</summary>
    /// <exception cref="UnsupportedFeatureException">It is not a regular file in the descriptor's folder.</exception>
    public static string Find(string descriptorPath, ExtentLine extent, DiskOpenOptions options)
    {
        string folder = HostPath.FolderOf(descriptorPath);
        string name = extent.FileName;
        string where = $"line {extent.LineNumber} of {descriptorPath} names \"{name}\"";
        if (name is "" or "." or ".." || name.Contains('\0', StringComparison.Ordinal))
            throw new CorruptImageException("VMDK-042", $"extent in line {extent.LineNumber} of {descriptorPath}: \"{name}\" is not a file name");
        if (!options.AllowFilesOutsideFolder && name.AsSpan().ContainsAny('/', '\\'))
            throw new UnsupportedFeatureException("a VMDK extent outside the image's folder", $"{where}; {HowToAllow}");

        string path = folder == "." ? name : Path.Combine(folder, name);
        switch (LibC.GetFileType(path))
        {
            case FileType.Missing:
                throw new NotFoundException($"{where}, but {path} does not exist");
            case FileType.Regular:
                break;
            default:
                throw new UnsupportedFeatureException("a VMDK extent that is not a file", $"{where}, which is a device or folder");
        }

        // The descriptor itself may be reached through a link: what counts is where its folder really is.
        string? realFolder = HostPath.Resolve(folder);
        string? real = HostPath.Resolve(path);
        if (!options.AllowFilesOutsideFolder && (real is null || realFolder is null || HostPath.FolderOf(real) != realFolder))
            throw new UnsupportedFeatureException("a VMDK extent outside the image's folder", $"{where}, a link to {real}; {HowToAllow}");
        return path;
    }
}
