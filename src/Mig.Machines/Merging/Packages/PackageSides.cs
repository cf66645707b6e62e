using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Inventories.Versions;
using Mig.Machines.Verification;
using Mig.Store;

namespace Mig.Machines.Merging.Packages;

/// <summary>
/// Packages that both sides have in different versions, neither of them that of the base: the newer one is taken, and with it all its files
/// and records, so that the database says what is true. Configuration files that the older side edited are merged as any others.
/// </summary>
internal sealed class PackageSides
{
    private const string Folder = "var/lib/dpkg";
    private const string StatusFile = $"{Folder}/status";
    private const int MaxSize = 64 << 20;
    private const int MaxRounds = 100;
    private const string ListEnding = ".list";

    // Tables that name packages, and go by whose these are.
    private static readonly string[] Followers =
        [$"{Folder}/triggers/File", $"{Folder}/diversions", "var/lib/apt/extended_states", ApkTable.World];

    private readonly HashSet<string> _contested = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MergeSide> _given = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MergeSide> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MergeSide> _packages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MergeSide> _paths = new(StringComparer.Ordinal);
    private readonly List<string> _dropped = [];
    private readonly List<MergeContest> _contests = [];
    private readonly List<MergeNote> _notes = [];

    private PackageSides()
    {
    }

    /// <summary>The table of packages.</summary>
    public static ReadOnlySpan<byte> StatusPath => "var/lib/dpkg/status"u8;

    /// <summary>No such package.</summary>
    public static PackageSides None { get; } = new();

    /// <summary>What it depends on, as text: equal for equal choices.</summary>
    public string Signature => string.Join(' ', _packages.Select(item => $"{item.Key}={item.Value}").Concat(_contested)
        .Concat(_reasons.Keys).Concat(_given.Select(item => $"{item.Key}:{item.Value}")).Concat(_dropped).Order(StringComparer.Ordinal));

    public IEnumerable<ReadOnlyMemory<byte>> Paths => _paths.Keys.Concat(Followers.Append(StatusFile).Where(DecidesEntriesOf))
        .Select(path => new ReadOnlyMemory<byte>(Encoding.Latin1.GetBytes(path)));

    /// <param name="key">As <see cref="StanzaFile"/> has it.</param>
    public MergeSide? SideOfPackage(string key) => _packages.TryGetValue(key, out MergeSide side) ? side : null;

    public MergeSide? SideOfPath(ReadOnlySpan<byte> path) =>
        _paths.Count > 0 && _paths.TryGetValue(Encoding.Latin1.GetString(path), out MergeSide side) ? side : null;

    /// <summary>
    /// Whose package it is in the end, or until somebody decides; null where nothing is in question. Tables that name packages go by it.
    /// </summary>
    /// <param name="package">The name alone.</param>
    public MergeSide? TakenSideOf(string package)
    {
        foreach (Dictionary<string, MergeSide> sides in (Dictionary<string, MergeSide>[])[_taken, _given, _packages])
        {
            foreach ((string key, MergeSide side) in sides)
            {
                if (StanzaFile.NameOf(key) == package)
                    return side;
            }
        }

        return null;
    }

    /// <summary>Tells whether a table has entries of packages, some of which come from one side whoever changed them.</summary>
    public bool DecidesEntriesOf(string path) =>
        path == StatusFile ? _reasons.Count > 0 || _given.Count > 0 : (_taken.Count > 0 || _given.Count > 0)
            && Array.Exists(Followers, follower => path == follower);

    /// <summary>
    /// Whether one side removed a package and the other one changed its version: a conflict of the package as a whole, which a side decides
    /// as a whole.
    /// </summary>
    public bool IsContested(string key) => _contested.Contains(key);

    /// <summary>Whose entry a package has, whoever changed it; null for most.</summary>
    public MergeSide? GivenSideOf(string key) => _given.TryGetValue(key, out MergeSide side) ? side : null;

    /// <summary>Why a package is in conflict, whoever changed it; null for most.</summary>
    public string? ReasonOf(string key) => _reasons.GetValueOrDefault(key);

    /// <summary>Conflicts of packages whose database has no table that could say so.</summary>
    public IReadOnlyList<MergeContest> Contests => _contests;

    public IReadOnlyList<MergeNote> Notes => _notes;

    /// <summary>
    /// Tells whether an entry of a table of scripts or triggers, known by how it begins, is of a version that is not taken.
    /// </summary>
    public bool IsDropped(string entry) => _dropped.Exists(beginning => entry.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Tells whether a file is a table of packages whose conflicts are those of packages as a whole.</summary>
    public static bool IsTable(string path) => path == StatusFile || ApkTable.InstalledPaths.Contains(path);

    /// <summary>What is said of a package that has another version on each side.</summary>
    public static string NewerNote(string name, MergeSide side, string? version, string? older) =>
        $"{name} {version} from {(side == MergeSide.Ours ? "here" : "there")}, which is newer than {older}";

    /// <param name="choices">Whose packages the user took where one side removed what the other one upgraded.</param>
    public static PackageSides Find(MergeContents contents, TreeEntry? before, TreeEntry ours, TreeEntry theirs, PackageChoices choices)
    {
        var sides = new PackageSides();
        sides.FindDpkg(contents, before, ours, theirs, choices);
        if (before is not null)
            new OtherPackages(sides, contents, before, ours, theirs, choices).Find();
        return sides;
    }

    /// <summary>
    /// Whether a table that was made by hand has a package as neither side has it: nobody knows which files belong to that.
    /// </summary>
    public bool HasStrangers { get; private set; }

    /// <param name="isDecided">Whether, if the table was made by hand, it has the package of one of the sides.</param>
    /// <param name="side">Whose package it is by that, or until somebody decides.</param>
    public void Contest(string key, MergeSide side, bool isDecided)
    {
        _contested.Add(key);
        _taken[key] = side;
        HasStrangers |= !isDecided;
    }

    public void Contest(MergeContest contest) => _contests.Add(contest);

    public void Choose(string key, MergeSide side) => _packages[key] = side;

    public void AddNote(string path, string text)
    {
        if (!_notes.Exists(note => note.Text == text))
            _notes.Add(new MergeNote(Encoding.Latin1.GetBytes(path), text));
    }

    /// <param name="path">From the root; where its directories are links, as they lead.</param>
    public void Take(string path, MergeSide side)
    {
        if (path.Length > 0)
            _paths[path] = side;
    }

    /// <summary>Leaves out what tables of scripts and triggers have of a version that is not taken.</summary>
    /// <param name="signature">Its checksum, as apk has it.</param>
    public void Drop(string name, string version, string signature)
    {
        _dropped.Add($"{name}-{version}.");
        if (signature.Length > 0)
            _dropped.Add(signature + " ");
    }

    private void FindDpkg(MergeContents contents, TreeEntry? before, TreeEntry ours, TreeEntry theirs, PackageChoices choices)
    {
        IObjectSource store = contents.Store;
        TreeEntry? old = Status(store, before), left = Status(store, ours), right = Status(store, theirs);
        if (left is null || right is null || left.Sha256 == right.Sha256)
            return;
        bool isOneSided = old?.Sha256 == left.Sha256 || old?.Sha256 == right.Sha256;
        MergeSide? favored = choices.SideOf(StatusFile);
        byte[]? made = choices.ContentOf(StatusFile);
        Dictionary<string, string>[] stanzas =
        [
            .. StanzaFile.Parse([.. ((TreeEntry?[])[old, left, right])
                .Select(status => status is null ? [] : contents.Read(status, StatusFile, MaxSize)), made ?? []])
                .Select(items => items.DistinctBy(item => item.Key)
                    .ToDictionary(item => item.Key, item => item.Text, StringComparer.Ordinal)),
        ];
        (Dictionary<string, string> was, Dictionary<string, string> here, Dictionary<string, string> there) =
            (stanzas[0], stanzas[1], stanzas[2]);
        foreach (string key in here.Keys.Union(there.Keys))
        {
            string? stanza = here.GetValueOrDefault(key), other = there.GetValueOrDefault(key);
            string? a = StanzaFile.InstalledVersion(stanza), b = StanzaFile.InstalledVersion(other),
                c = StanzaFile.InstalledVersion(was.GetValueOrDefault(key));
            if (a is null && b is null && IsPurged(stanza) != IsPurged(other) && !IsPurged(was.GetValueOrDefault(key)))
            {
                // Both removed it, and one its configuration, too.
                _given[key] = IsPurged(stanza) ? MergeSide.Ours : MergeSide.Theirs;
                AddPaths(contents, key, _given[key], [before, ours, theirs], []);
                continue;
            }

            if (c is not null && a is null != b is null && (a ?? b) == c
                && IsTouched(contents, key, before!, a is null ? theirs : ours, was[key], (a is null ? other : stanza)!))
                Dispute(key,
                    $"'{StanzaFile.NameOf(key)}' was {(a is null ? "removed here and changed there" : "changed here and removed there")}");
            if (a == b || a == c || b == c)
                continue;
            if (a is null || b is null)
            {
                // Until somebody decides, all of the package is as it is here: the conflict is that of its stanza alone.
                MergeSide? side = made is null ? favored
                    : PackageChoices.SideOf(StanzaFile.InstalledVersion(stanzas[3].GetValueOrDefault(key)), a, b);
                Contest(key, side ?? MergeSide.Ours, isDecided: made is null || side is not null);
                AddPaths(contents, key, side ?? MergeSide.Ours, [before, ours, theirs], []);
                continue;
            }

            _packages[key] = DebianVersion.Compare(a, b) >= 0 ? MergeSide.Ours : MergeSide.Theirs;
            bool isOurs = _packages[key] == MergeSide.Ours;
            HashSet<string> edited = FindEdited(contents, isOurs ? theirs : ours, (isOurs ? other : stanza)!);
            AddPaths(contents, key, _packages[key], [before, ours, theirs], edited);
        }

        if (isOneSided)
            return;

        // What is decided about one package may be too much for another.
        var relations = new DebianRelations(here, there);
        for (int round = 0; round < MaxRounds; round++)
        {
            var broken = relations.FindBroken(SideOf).Concat(round == 0 ? FindOverlaps(contents, ours, theirs, was, here, there) : [])
                .SelectMany(item => item.Keys.Select(key => (Key: key, item.Reason))).Where(item => !_taken.ContainsKey(item.Key))
                .DistinctBy(item => item.Key).ToList();
            if (broken.Count == 0)
                break;
            foreach ((string key, string reason) in broken)
                Dispute(key, reason);
        }

        // A conflict of a package that its stanza alone would not show. Until somebody decides, all of it is as it is here.
        void Dispute(string key, string reason)
        {
            MergeSide? side = made is null ? favored
                : PackageChoices.SideOf(StanzaFile.InstalledVersion(stanzas[3].GetValueOrDefault(key)),
                    StanzaFile.InstalledVersion(here.GetValueOrDefault(key)), StanzaFile.InstalledVersion(there.GetValueOrDefault(key)));
            _taken[key] = side ?? MergeSide.Ours;
            HasStrangers |= made is not null && side is null;
            if (favored is { } given)
            {
                _given[key] = given;
                AddNote(StatusFile, $"{reason}; {(given == MergeSide.Ours ? "ours" : "theirs")} was taken");
            }
            else
            {
                _reasons[key] = reason;
            }

            AddPaths(contents, key, side ?? MergeSide.Ours, [before, ours, theirs], []);
        }

        MergeSide SideOf(string key) => _taken.TryGetValue(key, out MergeSide side) ? side : GivenSideOf(key) ?? SideOfPackage(key)
            ?? (here.GetValueOrDefault(key) == was.GetValueOrDefault(key) ? MergeSide.Theirs : MergeSide.Ours);
    }

    // Packages that one side alone installed, and that have a file in common: dpkg installs no two such, unless one says that it replaces
    // the other.
    private static IEnumerable<(IReadOnlyList<string> Keys, string Reason)> FindOverlaps(
        MergeContents contents,
        TreeEntry ours,
        TreeEntry theirs,
        Dictionary<string, string> was,
        Dictionary<string, string> here,
        Dictionary<string, string> there)
    {
        Dictionary<string, string> left = Only(here, there), right = Only(there, here);
        if (left.Count == 0 || right.Count == 0)
            yield break;
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string key in left.Keys)
        {
            foreach (string path in FilesOf(contents, ours, key))
                owners.TryAdd(path, key);
        }

        foreach (string key in right.Keys)
        {
            string? path = FilesOf(contents, theirs, key)
                .FirstOrDefault(path => owners.TryGetValue(path, out string? owner) && StanzaFile.NameOf(owner) != StanzaFile.NameOf(key)
                && !Replaces(left[owner], key) && !Replaces(right[key], owner) && new SideFiles(contents, theirs)
                    .Find(path) is { Type: not TreeEntryType.Directory });
            if (path is not null)
                yield return ([owners[path], key], $"'{owners[path]}' here and '{key}' there both have {path}");
        }

        Dictionary<string, string> Only(Dictionary<string, string> some, Dictionary<string, string> others) =>
            some.Where(item => StanzaFile.InstalledVersion(item.Value) is not null
                && StanzaFile.InstalledVersion(was.GetValueOrDefault(item.Key)) is null
                && StanzaFile.InstalledVersion(others.GetValueOrDefault(item.Key)) is null).ToDictionary(StringComparer.Ordinal);

        static bool Replaces(string stanza, string key) =>
            DebianRelation.Parse(StanzaFile.Field(stanza, "Replaces")).Any(choice => choice[0].Name == StanzaFile.NameOf(key));
    }

    // Without directories that have something in them: those may be links on the machine.
    private static IEnumerable<string> FilesOf(MergeContents contents, TreeEntry root, string key)
    {
        var files = new SideFiles(contents, root);
        IEnumerable<string> names = files.List($"{Folder}/info").Select(item => item.Name).Where(name => name == key + ListEnding
            || (name.StartsWith(key + ":", StringComparison.Ordinal) && name.EndsWith(ListEnding, StringComparison.Ordinal)));
        string[] paths = names.FirstOrDefault() is { } list && files.Read($"{Folder}/info/{list}", MaxSize) is { } content
            ? Encoding.Latin1.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
        HashSet<string> parents = [.. paths.Select(path => path[..Math.Max(0, path.LastIndexOf('/'))])];
        return paths.Where(path => !parents.Contains(path) && path != "/.");
    }

    private static bool IsPurged(string? stanza) =>
        stanza is null || StanzaFile.Field(stanza, "Status")?.EndsWith("not-installed", StringComparison.Ordinal) == true;

    private void AddPaths(MergeContents contents, string key, MergeSide side, TreeEntry?[] roots, HashSet<string> edited)
    {
        string name = StanzaFile.NameOf(key);
        HashSet<string> owned = new(StringComparer.Ordinal);
        var having = new List<SideFiles>();
        foreach (TreeEntry root in roots.OfType<TreeEntry>())
        {
            var package = new PackageFiles(contents, root);
            foreach (string record in package.RecordsOf(key))
                _paths[record] = side;
            if (package.LinesOf(key) is not { } lines)
                continue;
            having.Add(package.Files);
            foreach (string line in lines)
            {
                owned.Add(line.Trim('/'));
                if (!edited.Contains(line))
                    Take(package.PlaceOf(line, name), side);
            }
        }

        // Where a side has none of it, what its scripts made goes, or stays, with it; where both have it, that is the machine's own affair.
        if (having.Count < roots.Count(root => root is not null))
            having.SelectMany(files => PackageTraces.Find(files, owned)).ToList().ForEach(path => Take(path, side));
    }

    // Whether a side did something to a package that the other one removed: to what the database says of it, or to its files. Configuration
    // is nobody's but the machine's.
    private static bool IsTouched(MergeContents contents, string key, TreeEntry before, TreeEntry root, string was, string stanza)
    {
        if (was != stanza)
            return true;
        HashSet<string> configuration = [.. StanzaFile.Conffiles(was).Select(static file => "/" + file.Path)];
        SideFiles old = new(contents, before), now = new(contents, root);
        return FilesOf(contents, before, key)
            .Any(path => !configuration.Contains(path) && old.FindFile(path) is { Type: not TreeEntryType.Directory } entry
            && (now.FindFile(path) is not { } found || (EntryComparison.Compare(entry, found) & ~ChangeKinds.Time) != ChangeKinds.None));
    }

    // Configuration files of the older package that are not as it brought them.
    private static HashSet<string> FindEdited(MergeContents contents, TreeEntry root, string stanza)
    {
        var edited = new HashSet<string>(StringComparer.Ordinal);
        var files = new SideFiles(contents, root);
        foreach ((string name, string digest) in StanzaFile.Conffiles(stanza))
        {
            bool isAsItCame = files.HasDigest(name, DigestAlgorithm.Md5, digest, MaxSize);
            if (!isAsItCame)
                edited.Add("/" + name);
        }

        return edited;
    }

    private static TreeEntry? Status(IObjectSource store, TreeEntry? root) =>
        root is not null && TreeLookup.Find(store, root, Encoding.ASCII.GetBytes(StatusFile)) is { Type: TreeEntryType.File } file ? file
            : null;
}
