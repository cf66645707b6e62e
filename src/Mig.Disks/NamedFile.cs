using Mig.Core;
using Mig.Core.Host;

namespace Mig.Disks;

/// <summary>Decides which file an image may open because it names it. The name comes from a stranger.</summary>
internal static class NamedFile
{
    /// <summary>Returns the path of a named file.</summary>
    /// <param name="role">What it is, as in "a VMDK extent".</param>
    /// <param name="where">What names it, for messages.</param>
    /// <param name="mayHaveFolders">Whether the name may be a path, as long as it leads into the image's folder.</param>
    /// <exception cref="UnsupportedFeatureException">It is not a regular file in the image's folder.</exception>
    /// <exception cref="NotFoundException">It does not exist.</exception>
    public static string Find(string imagePath, string name, string role, string where, bool mayHaveFolders, DiskOpenOptions options)
    {
        string folder = HostPath.FolderOf(imagePath);

        // The image itself may be reached through a link: what counts is where its folder really is.
        string path = folder == "." ? name : Path.Combine(folder, name);
        string? real = HostPath.Resolve(path), realFolder = HostPath.Resolve(folder);
        // Nothing is said of a file elsewhere, not even that it is missing.
        bool isAllowed = options.Allows(real ?? Path.GetFullPath(path));
        if (!isAllowed && !mayHaveFolders && name.AsSpan().ContainsAny('/', '\\'))
            throw Outside(role, where, real ?? path);
        bool isOutside = real is null ? name.Contains('/', StringComparison.Ordinal) : realFolder is null
            || HostPath.FolderOf(real) != realFolder;
        FileType type = LibC.LookAt(path);
        if (type == FileType.Missing && (!isOutside || isAllowed))
            throw new NotFoundException($"{where}, but {path} does not exist");
        if (type is not (FileType.Regular or FileType.Missing))
            throw new UnsupportedFeatureException($"{role} that is not a file", $"{where}, which is a device or folder");
        if (isOutside && !isAllowed)
            throw Outside(role, real is null || mayHaveFolders ? where : $"{where}, a link to {real}", real ?? path);
        return path;
    }

    // The name comes from a stranger, and the advice may be pasted into a shell.
    private static UnsupportedFeatureException Outside(string role, string where, string path)
    {
        string folder = HostPath.FolderOf(Path.GetFullPath(path)).Replace("'", @"'\''", StringComparison.Ordinal);
        return new($"{role} outside the image's folder",
            $"{where}; move the file there, or allow its folder with --allow-base '{folder}' if you trust the image");
    }
}
