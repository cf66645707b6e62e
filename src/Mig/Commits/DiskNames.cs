namespace Mig.Commits;

/// <summary>Gives the disks of an image their names: the file names, made unique.</summary>
internal static class DiskNames
{
    public static IReadOnlyList<string> Choose(IReadOnlyList<string> paths)
    {
        var names = new List<string>();
        foreach (string path in paths)
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
            string unique = name;
            for (int i = 2; names.Contains(unique); i++)
                unique = $"{Path.GetFileNameWithoutExtension(name)}-{i}{Path.GetExtension(name)}";
            names.Add(unique);
        }

        return names;
    }
}
