using System.Text;
using Mig.History.Diffs;
using Mig.History.Trees;
using Mig.Machines.Merging.Packages;

namespace Mig.Machines.Merging;

/// <summary>
/// Which packages have a path: before, and on one side. Sister packages, and the modules of two kernels, have files that are alike; one of
/// them is not the other one under a new name. Reads the lists of packages that the side changed, when it is first asked. For one thread.
/// </summary>
internal sealed class PathOwners(MergeContents? contents, TreeEntry? before, TreeEntry? side)
{
    private const string Folder = "var/lib/dpkg/info";
    private const string Suffix = ".list";
    private const int MaxSize = 64 << 20;

    // Directories that are links to those in /usr: a list may name files either way.
    private static readonly string[] Merged = ["bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/"];

    private Dictionary<string, HashSet<string>>? _old;
    private Dictionary<string, HashSet<string>>? _now;

    public static PathOwners None { get; } = new(null, null, null);

    /// <summary>Tells whether a path may be another one under a new name: its packages, if it has any, are not others.</summary>
    public bool IsRename(ReadOnlySpan<byte> old, ReadOnlySpan<byte> now)
    {
        if (contents is null || before is null || side is null)
            return true;
        if (_now is null)
            Read();
        return Find(_now!, now) is not { } owners || (Find(_old!, old) is { } owned && owned.Overlaps(owners));
    }

    private void Read()
    {
        (_old, _now) = (new Dictionary<string, HashSet<string>>(StringComparer.Ordinal),
            new Dictionary<string, HashSet<string>>(StringComparer.Ordinal));
        Dictionary<string, TreeEntry> was = Lists(before!), are = Lists(side!);
        foreach (string name in was.Keys.Union(are.Keys))
        {
            TreeEntry? a = was.GetValueOrDefault(name), b = are.GetValueOrDefault(name);
            if (a?.Sha256 is { } same && same == b?.Sha256)
                continue;
            string package = name[..^Suffix.Length].Split(':')[0];
            Add(_old, a, package);
            Add(_now, b, package);
        }

        foreach ((Dictionary<string, SidePackage> a, Dictionary<string, SidePackage> b) in OtherDatabases.Read(
            new SideFiles(contents!, before!)).Zip(OtherDatabases.Read(new SideFiles(contents!, side!))))
        {
            foreach (string name in a.Keys.Union(b.Keys).Where(name => a.GetValueOrDefault(name) is not { } was
                || b.GetValueOrDefault(name) is not { } now || was.Version != now.Version || was.Signature != now.Signature))
            {
                Add(_old, a.GetValueOrDefault(name));
                Add(_now, b.GetValueOrDefault(name));
            }
        }
    }

    private static void Add(Dictionary<string, HashSet<string>> owners, SidePackage? package)
    {
        foreach (string path in package?.Files() ?? [])
            Add(owners, path, package!.Title);
    }

    private static void Add(Dictionary<string, HashSet<string>> owners, string path, string package)
    {
        path = Normalize(path.Trim('/'));
        if (!owners.TryGetValue(path, out HashSet<string>? packages))
            owners[path] = packages = new HashSet<string>(StringComparer.Ordinal);
        packages.Add(package);
    }

    private Dictionary<string, TreeEntry> Lists(TreeEntry root) =>
        TreeLookup.Find(contents!.Store, root, Encoding.ASCII.GetBytes(Folder)) is { Type: TreeEntryType.Directory } folder
            ? TreeReader.ReadEntries(contents.Store, folder.Tree).Where(entry => entry is { Type: TreeEntryType.File, Size: <= MaxSize })
                .Select(entry => (Name: Encoding.Latin1.GetString(entry.Name.Span), Entry: entry))
                    .Where(item => item.Name.EndsWith(Suffix, StringComparison.Ordinal))
                .ToDictionary(item => item.Name, item => item.Entry, StringComparer.Ordinal)
            : [];

    private void Add(Dictionary<string, HashSet<string>> owners, TreeEntry? list, string package)
    {
        if (list is null)
            return;
        foreach (string line in Encoding.Latin1.GetString(contents!.Read(list, package, MaxSize))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Add(owners, line, package);
    }

    private static HashSet<string>? Find(Dictionary<string, HashSet<string>> owners, ReadOnlySpan<byte> path) =>
        owners.GetValueOrDefault(Normalize(Encoding.Latin1.GetString(path)));

    private static string Normalize(string path) =>
        Array.Exists(Merged, folder => path.StartsWith(folder, StringComparison.Ordinal)) ? "usr/" + path : path;
}
