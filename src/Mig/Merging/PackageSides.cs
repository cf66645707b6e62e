using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Inventories.Versions;
using Mig.Merging.Machines;
using Mig.Store;

namespace Mig.Merging;

/// <summary>
/// Packages that both sides have in different versions, neither of them that of the base: the newer one is taken, and with it all its files and records, so that the database says what is
/// true. Configuration files that the older side edited are merged as any others.
/// </summary>
internal sealed class PackageSides
{
    private const string Folder = "var/lib/dpkg";
    private const int MaxSize = 64 << 20;
    private const int MaxLinks = 40;
    private const int MaxPath = 4096; // as Linux allows

    private readonly HashSet<string> _contested = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MergeSide> _packages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MergeSide> _paths = new(StringComparer.Ordinal);

    private PackageSides()
    {
    }

    /// <summary>The table of packages: a side that is chosen for it has the packages that one side removed and the other one upgraded.</summary>
    public static ReadOnlySpan<byte> StatusPath => "var/lib/dpkg/status"u8;

    /// <summary>No such package.</summary>
    public static PackageSides None { get; } = new();

    /// <summary>What it depends on, as text: equal for equal choices.</summary>
    public string Signature => string.Join(' ', _packages.Select(item => $"{item.Key}={item.Value}").Concat(_contested).Order(StringComparer.Ordinal));

    public IEnumerable<ReadOnlyMemory<byte>> Paths => _paths.Keys.Select(path => new ReadOnlyMemory<byte>(Encoding.Latin1.GetBytes(path)));

    /// <param name="key">As <see cref="StanzaFile"/> has it.</param>
    public MergeSide? SideOfPackage(string key) => _packages.TryGetValue(key, out MergeSide side) ? side : null;

    public MergeSide? SideOfPath(ReadOnlySpan<byte> path) => _paths.Count > 0 && _paths.TryGetValue(Encoding.Latin1.GetString(path), out MergeSide side) ? side : null;

    /// <summary>Whether one side removed a package and the other one changed its version: a conflict of the package as a whole, which a side decides as a whole.</summary>
    public bool IsContested(string key) => _contested.Contains(key);

    /// <param name="favored">Whose packages are taken where one side removed what the other one upgraded; null for a conflict.</param>
    public static PackageSides Find(MergeContents contents, TreeEntry? before, TreeEntry ours, TreeEntry theirs, MergeSide? favored)
    {
        IObjectSource store = contents.Store;
        TreeEntry? old = Status(store, before), left = Status(store, ours), right = Status(store, theirs);
        if (left is null || right is null || left.Sha256 == right.Sha256 || old?.Sha256 == left.Sha256 || old?.Sha256 == right.Sha256)
            return None;
        Dictionary<string, string>[] stanzas =
        [
            .. StanzaFile.Parse([.. ((TreeEntry?[])[old, left, right]).Select(status => status is null ? [] : contents.Read(status, $"{Folder}/status", MaxSize))])
                .Select(items => items.DistinctBy(item => item.Key).ToDictionary(item => item.Key, item => item.Text, StringComparer.Ordinal)),
        ];
        (Dictionary<string, string> was, Dictionary<string, string> here, Dictionary<string, string> there) = (stanzas[0], stanzas[1], stanzas[2]);
        var sides = new PackageSides();
        foreach (string key in here.Keys.Union(there.Keys))
        {
            string? stanza = here.GetValueOrDefault(key), other = there.GetValueOrDefault(key);
            string? a = StanzaFile.InstalledVersion(stanza), b = StanzaFile.InstalledVersion(other), c = StanzaFile.InstalledVersion(was.GetValueOrDefault(key));
            if (a == b || a == c || b == c)
                continue;
            if (a is null || b is null)
            {
                // Until somebody decides, all of the package is as it is here: the conflict is that of its stanza alone.
                sides._contested.Add(key);
                sides.AddPaths(contents, key, favored ?? MergeSide.Ours, [before, ours, theirs], []);
                continue;
            }

            sides._packages[key] = DebianVersion.Compare(a, b) >= 0 ? MergeSide.Ours : MergeSide.Theirs;
            bool isOurs = sides._packages[key] == MergeSide.Ours;
            HashSet<string> edited = FindEdited(contents, isOurs ? theirs : ours, (isOurs ? other : stanza)!);
            sides.AddPaths(contents, key, sides._packages[key], [before, ours, theirs], edited);
        }

        return sides;
    }

    private void AddPaths(MergeContents contents, string key, MergeSide side, TreeEntry?[] roots, HashSet<string> edited)
    {
        string name = StanzaFile.NameOf(key);
        foreach (TreeEntry root in roots.OfType<TreeEntry>())
        {
            if (TreeLookup.Find(contents.Store, root, Encoding.ASCII.GetBytes($"{Folder}/info")) is not { Type: TreeEntryType.Directory } info)
                continue;
            foreach (TreeEntry entry in TreeReader.ReadEntries(contents.Store, info.Tree))
            {
                string file = Encoding.Latin1.GetString(entry.Name.Span);
                int dot = file.LastIndexOf('.');
                if (dot < 0 || (file[..dot] != name && file[..dot] != key && !(key == name && file.StartsWith(name + ":", StringComparison.Ordinal))))
                    continue;
                _paths[$"{Folder}/info/{file}"] = side;
                if (!file.EndsWith(".list", StringComparison.Ordinal) || entry.Type != TreeEntryType.File)
                    continue;
                foreach (string line in Encoding.Latin1.GetString(contents.Read(entry, file, MaxSize)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    if (line.Length <= MaxPath && !edited.Contains(line) && RealPath(contents.Store, root, line.Trim('/')) is { Length: > 0 } path)
                        _paths[path] = side;
                }
            }
        }
    }

    // The files of a package lie where the links on the way lead: /lib/x in /usr/lib/x.
    private static string RealPath(IObjectSource store, TreeEntry root, string path)
    {
        var names = new List<string>();
        var rest = new Stack<string>(path.Split('/').Reverse());
        for (int links = 0; rest.TryPop(out string? name);)
        {
            if (name is "" or ".")
                continue;
            if (name == "..")
            {
                names.RemoveRange(Math.Max(0, names.Count - 1), Math.Min(1, names.Count));
                continue;
            }

            names.Add(name);
            if (rest.Count == 0 || TreeLookup.Find(store, root, Encoding.Latin1.GetBytes(string.Join('/', names))) is not { Type: TreeEntryType.SymbolicLink } link || ++links > MaxLinks)
                continue;
            string target = Encoding.Latin1.GetString(link.LinkTarget.Span);
            if (target.StartsWith('/'))
                names.Clear();
            else
                names.RemoveAt(names.Count - 1);
            foreach (string part in target.Split('/').Reverse())
                rest.Push(part);
        }

        return string.Join('/', names);
    }

    // Configuration files of the older package that are not as it brought them.
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "It is what the databases of packages hold.")]
    private static HashSet<string> FindEdited(MergeContents contents, TreeEntry root, string stanza)
    {
        var edited = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string name, string digest) in StanzaFile.Conffiles(stanza))
        {
            string path = RealPath(contents.Store, root, name);
            bool isAsItCame = TreeLookup.Find(contents.Store, root, Encoding.Latin1.GetBytes(path)) is { Type: TreeEntryType.File, Size: <= MaxSize } file
                && Convert.ToHexStringLower(MD5.HashData(contents.Read(file, path, MaxSize))) == digest;
            if (!isAsItCame)
                edited.Add("/" + name);
        }

        return edited;
    }

    private static TreeEntry? Status(IObjectSource store, TreeEntry? root) =>
        root is not null && TreeLookup.Find(store, root, Encoding.ASCII.GetBytes($"{Folder}/status")) is { Type: TreeEntryType.File } file ? file : null;
}
