using Mig.History.Images;
using Mig.History.Trees;

namespace Mig.Machines.Mounts;

/// <summary>A directory of a volume in its place in a machine's files.</summary>
/// <param name="Path">From the machine's root, without a slash at either end; empty for the root volume.</param>
/// <param name="Volume">The volume, which was looked into.</param>
/// <param name="Folder">The directory on the volume, without a slash at either end; empty for the volume's root.</param>
/// <param name="Root">The directory itself.</param>
/// <param name="IsBind">Whether its files are seen at another path of the machine, too.</param>
internal sealed record MountPoint(string Path, ImageVolume Volume, string Folder, TreeEntry Root, bool IsBind = false)
{
    /// <summary>Whether a path without links lies in it.</summary>
    public bool Holds(string path) => Path.Length == 0 || path == Path || path.StartsWith(Path + "/", StringComparison.Ordinal);

    /// <summary>
    /// Turns a path of the volume into one of the machine, with a slash in front; one that the machine does not show stays as it is.
    /// </summary>
    /// <param name="path">With a slash in front.</param>
    public string OfVolume(string path)
    {
        string prefix = Path.Length == 0 ? "" : "/" + Path;
        return Folder.Length == 0 ? prefix + path : path.StartsWith($"/{Folder}/", StringComparison.Ordinal) ? prefix
            + path[(Folder.Length + 1)..] : path;
    }

    /// <summary>Turns a path of the machine that lies in it into one of the volume, without a slash at either end.</summary>
    public string OnVolume(string path)
    {
        string below = path[Path.Length..].TrimStart('/');
        return Folder.Length == 0 ? below : below.Length == 0 ? Folder : $"{Folder}/{below}";
    }
}
