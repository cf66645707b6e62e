using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Versions;

namespace Mig.Machines.Inventories.Systems;

/// <summary>Finds the installed kernels: those with modules, and those that a boot loader can load.</summary>
internal static class Kernels
{
    private const string ImagePrefix = "vmlinuz-";

    /// <summary>Returns their releases, the newest first.</summary>
    public static IReadOnlyList<string> Read(MachineFiles files)
    {
        var releases = new HashSet<string>();
        foreach (MachineFile folder in files.List("lib/modules"))
        {
            if (folder.Entry.Type == TreeEntryType.Directory && files.Find($"{folder.Path}/modules.dep") is not null)
                releases.Add(Name(folder));
        }

        foreach (MachineFile image in files.List("boot"))
        {
            string name = Name(image);
            if (image.Entry.Type == TreeEntryType.File && name.StartsWith(ImagePrefix, StringComparison.Ordinal)
                && name.Length > ImagePrefix.Length && char.IsAsciiDigit(name[ImagePrefix.Length]))
                releases.Add(name[ImagePrefix.Length..]);
        }

        string[] sorted = [.. releases];
        Array.Sort(sorted, (left, right) =>
            DebianVersion.Compare(right, left) is not 0 and int order ? order : string.CompareOrdinal(left, right));
        return sorted;
    }

    private static string Name(MachineFile file) => file.Path[(file.Path.LastIndexOf('/') + 1)..];
}
