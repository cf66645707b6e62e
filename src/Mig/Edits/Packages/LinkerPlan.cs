using System.Text;
using Mig.Archives;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Installing;

namespace Mig.Edits.Packages;

/// <summary>
/// Works out what <c>ldconfig</c> would write when packages are installed, for images whose cache is up to date and packages
/// whose libraries
/// are as Debian's policy has them. All else must run.
/// </summary>
internal sealed class LinkerPlan(MachineFiles files)
{
    public const string Path = "etc/ld.so.cache";
    private const int MaxCache = 16 << 20;
    private const int X86 = 62;

    /// <summary>Says of packages whose libraries are of another kind that they must run.</summary>
    /// <returns>The new cache; null when it is not certain, and why.</returns>
    public (byte[]? Cache, string? Reason) Make(IReadOnlyList<PackagePlan> plans)
    {
        if (files.Read(Path, MaxCache) is not { } bytes || LinkerCache.Parse(bytes) is not { } cache)
            return (null, "the image's ld.so.cache is of a form that mig does not write");
        if (LinkerFolders.Read(files) is not { } folders)
            return (null, "the image's ld.so.conf has something that is not followed");
        var names = cache.Entries.ToLookup(entry => entry.Name);
        var real = folders.ToDictionary(folder => "/" + files.Find(folder)!.Path, folder => folder, StringComparer.Ordinal);
        foreach ((string place, string folder) in real)
        {
            if (FindStale(place, folder, names) is { } stale)
                return (null, $"{stale} is not as the image's ld.so.cache has it");
        }

        uint flags = names["libc.so.6"].FirstOrDefault()?.Flags ?? 0;
        List<(string Path, DebEntry Entry, PackagePlan Plan)> all = [.. plans.SelectMany(plan => plan.Entries
            .Where(entry => entry.Path != "/.").Select(entry => (RealPath(entry.Path), entry, plan)))];
        Dictionary<string, DebEntry> entries = all.DistinctBy(item => item.Path).ToDictionary(item => item.Path, item => item.Entry);
        var added = new Dictionary<string, LinkerCacheEntry>(StringComparer.Ordinal);
        foreach ((string path, DebEntry entry, PackagePlan plan) in all.Where(item => IsLibrary(NameOf(item.Path))
            && item.Entry.Member.Type != ArchiveMemberType.Directory && real.ContainsKey(Parent(item.Path))))
        {
            SharedLibrary? library = Find(path, entry, entries);
            if (library is { Machine: 0 })
                continue;
            string name = NameOf(path), own = library?.Name ?? name, folder = Parent(path);
            if (entry.Member.Type == ArchiveMemberType.SymbolicLink && name.EndsWith(".so", StringComparison.Ordinal)
                && own.StartsWith(name, StringComparison.Ordinal))
                own = name;
            if (library is null || library.Machine != X86 || !library.NeedsLibc || flags == 0 || names[own].Any()
                || !entries.ContainsKey($"{folder}/{own}") || !cache.Entries.Any(other => Parent(other.Path) == real[folder]))
                plan.MustRun($"triggers: ldconfig must run: {path} is a library or link of a kind that is not followed");
            else
                added[own] = new LinkerCacheEntry(own, $"{real[folder]}/{own}", flags, 0, 0);
        }

        return (cache.Add(added.Values).Write(), null);
    }

    private string RealPath(string path) =>
        files.Find(Parent(path)) is { } parent ? $"/{parent.Path}/{NameOf(path)}".Replace("//", "/", StringComparison.Ordinal) : path;

    // What leads to a library that the cache names, or is none, is as it was when the cache was written.
    private string? FindStale(string place, string folder, ILookup<string, LinkerCacheEntry> names)
    {
        IReadOnlyList<MachineFile> all = files.List(place);
        if (all.FirstOrDefault(file => NameOf(file.Path) == "glibc-hwcaps") is { } hardware)
            return "/" + hardware.Path;
        var targets = new HashSet<string>(StringComparer.Ordinal);
        foreach (LinkerCacheEntry entry in names.SelectMany(group => group).Where(entry => Parent(entry.Path) == folder))
        {
            if (files.Find(entry.Path) is not { Entry.Type: TreeEntryType.File } target)
                return entry.Path;
            targets.Add(target.Path);
        }

        foreach (MachineFile file in all.Where(file => IsLibrary(NameOf(file.Path))))
        {
            if (files.Find(file.Path) is not { Entry.Type: TreeEntryType.File } target || targets.Contains(target.Path))
                continue;
            if (new ContentSource(files.Store, target.Entry).Read(0, Math.Min(4, target.Entry.Size))
                is [0x7F, (byte)'E', (byte)'L', (byte)'F'])
                return "/" + file.Path;
        }

        return null;
    }

    // Machine 0: it is no library, and ldconfig passes over it.
    private static SharedLibrary? Find(string path, DebEntry entry, Dictionary<string, DebEntry> entries)
    {
        for (int links = 0; links < 10; links++)
        {
            if (entry.Member.Type == ArchiveMemberType.File && entry.Member.LinkTo is null)
                return entry.Library ?? new SharedLibrary(0, null, false);
            string target = Encoding.Latin1.GetString(entry.Member.Target.Span);
            if (entry.Member.Type != ArchiveMemberType.SymbolicLink || target.Contains('/', StringComparison.Ordinal)
                || !entries.TryGetValue(path = $"{Parent(path)}/{target}", out DebEntry? next))
                return null;
            entry = next;
        }

        return null;
    }

    /// <summary>Whether <c>ldconfig</c> looks at a name.</summary>
    public static bool IsLibrary(string name) => (name.StartsWith("lib", StringComparison.Ordinal)
        || name.StartsWith("ld-", StringComparison.Ordinal))
        && name.Contains(".so", StringComparison.Ordinal);

    private static string Parent(string path) => path[..path.LastIndexOf('/')];

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
