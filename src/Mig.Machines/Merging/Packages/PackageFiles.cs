using System.Text;
using Mig.History.Diffs;
using Mig.History.Trees;
using Mig.Machines.Verification;

namespace Mig.Machines.Merging.Packages;

/// <summary>
/// Which paths of a machine belong to a Debian package: its records in dpkg's database, and the files that its list names, where they
/// stand. Source: dpkg-query(1), <c>--listfiles</c>.
/// </summary>
internal sealed class PackageFiles(MergeContents contents, TreeEntry root)
{
    private const string Folder = "var/lib/dpkg";
    private const string ListEnding = ".list";
    private const int MaxSize = 64 << 20;

    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);
    private DpkgDiversions? _diversions;
    private IReadOnlyList<(string Name, TreeEntry Entry)>? _records;

    public SideFiles Files { get; } = new(contents, root);

    /// <summary>The names of all records in the database.</summary>
    private IReadOnlyList<(string Name, TreeEntry Entry)> Records => _records ??=
        TreeLookup.Find(contents.Store, root, Encoding.ASCII.GetBytes($"{Folder}/info")) is { Type: TreeEntryType.Directory } info
            ? [.. TreeReader.ReadEntries(contents.Store, info.Tree).Select(entry => (Encoding.Latin1.GetString(entry.Name.Span), entry))]
            : [];

    /// <summary>Finds the records of a package: scripts, lists, checksums.</summary>
    /// <param name="key">As <see cref="StanzaFile"/> has it.</param>
    /// <returns>Paths from the root.</returns>
    public IEnumerable<string> RecordsOf(string key) => Find(key).Select(record => $"{Folder}/info/{record.Name}");

    /// <summary>Reads the lists of a package.</summary>
    /// <param name="key">As <see cref="StanzaFile"/> has it.</param>
    /// <returns>The lines; null when the machine has no list of it.</returns>
    public IReadOnlyList<string>? LinesOf(string key)
    {
        List<string>? lines = null;
        foreach ((string name, TreeEntry entry) in Find(key))
        {
            if (name.EndsWith(ListEnding, StringComparison.Ordinal) && entry.Type == TreeEntryType.File)
                (lines ??= []).AddRange(Encoding.Latin1.GetString(contents.Read(entry, name, MaxSize))
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        return lines;
    }

    /// <summary>Returns where a line of a list stands: diverted, and behind the links of its directories. Empty for the root.</summary>
    /// <param name="package">The name alone.</param>
    public string PlaceOf(string line, string package)
    {
        _diversions ??= DpkgDiversions.Parse(Encoding.Latin1.GetString(Files.Read($"{Folder}/diversions", MaxSize) ?? []));
        string path = _diversions.Apply(line.Trim('/'), package);
        int slash = path.LastIndexOf('/');
        if (slash < 0 || path.Length > SideFiles.MaxPath || path[(slash + 1)..] is "." or "..")
            return Files.RealPath(path);
        if (!_folders.TryGetValue(path[..slash], out string? folder))
            _folders.Add(path[..slash], folder = Files.RealPath(path[..(slash + 1)] + "."));
        return folder.Length == 0 ? path[(slash + 1)..] : folder + path[slash..];
    }

    private IEnumerable<(string Name, TreeEntry Entry)> Find(string key)
    {
        string name = StanzaFile.NameOf(key);
        foreach ((string Name, TreeEntry Entry) record in Records)
        {
            int dot = record.Name.LastIndexOf('.');
            if (dot >= 0 && (record.Name.AsSpan(0, dot).SequenceEqual(name) || record.Name.AsSpan(0, dot).SequenceEqual(key)
                || (key == name && record.Name.StartsWith(name + ":", StringComparison.Ordinal))))
                yield return record;
        }
    }
}
