using Mig.Archives;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Installing.Scripts;
using Mig.Machines.Verification;

namespace Mig.Edits.Packages;

/// <summary>The files that scripts of a package find: those of the image, and those that packages have brought so far.</summary>
internal sealed class PlannedFiles(MachineFiles machine) : IScriptFiles
{
    private const int MaxLinks = 40;

    private readonly MachineDirectories _directories = new(machine);
    private readonly Dictionary<string, DebEntry> _brought = new(StringComparer.Ordinal);

    /// <summary>Adds the files of a package that is unpacked.</summary>
    public void Add(PackagePlan plan)
    {
        foreach (DebEntry entry in plan.Entries)
            _brought[entry.Path] = entry;
    }

    public (TreeEntryType Type, int Mode)? Find(string path, bool followsLink) => Find("/" + path.Trim('/'), followsLink, MaxLinks);

    private (TreeEntryType Type, int Mode)? Find(string path, bool followsLink, int links)
    {
        if (_brought.TryGetValue(path, out DebEntry? entry) && entry.Member.Type != ArchiveMemberType.Directory)
        {
            if (entry.Member.Type != ArchiveMemberType.SymbolicLink || entry.Member.LinkTo is not null)
                return (TreeEntryType.File, entry.Member.Mode);
            if (!followsLink)
                return (TreeEntryType.SymbolicLink, 0);
            string target = System.Text.Encoding.Latin1.GetString(entry.Member.Target.Span);
            return links == 0 ? null : Find(Join(target.StartsWith('/') ? "" : path[..path.LastIndexOf('/')], target), true, links - 1);
        }

        if ((followsLink ? machine.Find(path) : _directories.Find(path[1..])) is { } there)
            return (there.Entry.Type, there.Entry.Mode);
        return entry is null ? null : (TreeEntryType.Directory, entry.Member.Mode);
    }

    private static string Join(string folder, string target)
    {
        var names = new List<string>();
        foreach (string name in $"{folder}/{target}".Split('/'))
        {
            if (name == ".." && names.Count > 0)
                names.RemoveAt(names.Count - 1);
            else if (name is not ("" or "." or ".."))
                names.Add(name);
        }

        return "/" + string.Join('/', names);
    }
}
