using Mig.History.Images;

namespace Mig.Versions.Commits;

/// <summary>Gives the disks of an image their names: the file names, made unique.</summary>
internal static class DiskNames
{
    public static IReadOnlyList<string> Choose(IReadOnlyList<string> files)
    {
        var names = new List<string>();
        foreach (string name in files)
        {
            string unique = name;
            for (int i = 2; names.Contains(unique); i++)
                unique = $"{Path.GetFileNameWithoutExtension(name)}-{i}{Path.GetExtension(name)}";
            names.Add(unique);
        }

        return names;
    }

    /// <summary>Returns the disk of an earlier version that a disk follows: the one of the same name, or the only one.</summary>
    public static ImageDisk? FindBefore(IReadOnlyList<ImageDisk> before, IReadOnlyList<string> names, int index) =>
        before.FirstOrDefault(disk => disk.Name == names[index]) ?? (before.Count == 1 && names.Count == 1 ? before[0] : null);
}
