using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Trees;
using Mig.Machines.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Versions.Bisecting.Parts;

/// <summary>
/// What changed on the volume of a system that means something: packages of dpkg, each with its files and its entries in dpkg's tables;
/// accounts, each with its lines. Packages of other systems, whose databases cannot be mixed, are one part together.
/// </summary>
internal sealed class SystemParts
{
    private const string StatusPath = "var/lib/dpkg/status";
    private const string ExtendedPath = "var/lib/apt/extended_states";
    private const string Others = "p";
    private const int MaxSize = 64 << 20;

    private static readonly string[] Accounts = ["etc/passwd", "etc/shadow", "etc/group", "etc/gshadow", "etc/subuid", "etc/subgid"];
    private static readonly string[] OtherFolders =
        ["var/lib/rpm/", "usr/lib/sysimage/rpm/", "lib/apk/db/", "usr/lib/apk/db/", "var/lib/pacman/local/"];

    private readonly MergeContents _contents;
    private readonly VolumeParts _volume;
    private readonly Labels _labels;
    private readonly PackageFiles _old;
    private readonly PackageFiles _now;
    private readonly List<string> _accounts = [];
    private readonly List<string> _packages = [];
    private readonly Lazy<List<(string Label, string Account)>> _owners; // when all paths have labels
    private IReadOnlyDictionary<string, string> _before = new Dictionary<string, string>();
    private IReadOnlyDictionary<string, string> _after = new Dictionary<string, string>();
    private readonly PackageNeeds _needs;

    public SystemParts(MergeContents contents, VolumeParts volume, Labels labels)
    {
        (_contents, _volume, _labels) = (contents, volume, labels);
        (_old, _now) = (new PackageFiles(contents, volume.Before.Root!), new PackageFiles(contents, volume.After.Root!));
        FindAccounts();
        FindPackages();
        _needs = new PackageNeeds(_before, _after);
        _packages.AddRange(_needs.Order().Select(LabelOfPackage));
        ClaimPackages();
        ClaimOthers();
        _owners = new Lazy<List<(string, string)>>(FindOwners);
    }

    /// <summary>The labels of accounts, then of packages, those that others need first.</summary>
    public IEnumerable<string> Ordered => [.. _accounts, .. _packages, Others];

    public string TitleOf(string label)
    {
        string name = label[(label.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if (label == Others)
            return "all packages, whose database is one file";
        if (label.StartsWith("a:", StringComparison.Ordinal))
            return $"account {name}";
        string? was = StanzaFile.InstalledVersion(_before.GetValueOrDefault(name)),
            version = StanzaFile.InstalledVersion(_after.GetValueOrDefault(name));
        return was == version ? $"package {name} {version}".TrimEnd() : was is null ? $"package {name} {version}, added"
            : version is null ? $"package {name} {was}, removed" : $"package {name} {was} -> {version}";
    }

    /// <summary>Returns the labels that must be taken, too.</summary>
    /// <param name="isTaken">Tells of a label.</param>
    public IEnumerable<string> NeededBy(Func<string, bool> isTaken)
    {
        HashSet<string> taken = [.. _before.Keys.Union(_after.Keys).Where(key =>
            _before.GetValueOrDefault(key) != _after.GetValueOrDefault(key) && isTaken(LabelOfPackage(key)))];
        if (taken.Count > 0)
            _needs.Close(taken);
        return taken.Select(LabelOfPackage).Concat(_owners.Value.Where(owner => isTaken(owner.Label)).Select(owner => owner.Account))
            .Where(label => _labels.All.Contains(label));
    }

    private static string LabelOfPackage(string key) => $"p:{key}";

    // A name may have several lines.
    private static string LabelOfAccount(string key) => $"a:{key.Split(' ')[0]}";

    private void FindAccounts()
    {
        foreach (string path in Accounts)
        {
            if (Read(path) is not var (before, after))
                continue;
            var table = new MixedTable(AccountFile.Parse(before), AccountFile.Parse(after));
            foreach (string label in table.Changed.Select(LabelOfAccount).Distinct().Where(label => !_accounts.Contains(label)))
                _accounts.Add(_labels.Add(label));
            _volume.Mix(path, table, LabelOfAccount);
        }
    }

    private void FindPackages()
    {
        if (Read(StatusPath) is not var (before, after))
            return;
        IReadOnlyList<IReadOnlyList<KeyedItem>> stanzas = StanzaFile.Parse(before, after);
        (_before, _after) = (Table(stanzas[0]), Table(stanzas[1]));
        var table = new MixedTable(stanzas[0], stanzas[1]);
        foreach (string key in table.Changed)
            _labels.Add(LabelOfPackage(key));
        _volume.Mix(StatusPath, table, LabelOfPackage);
        if (Read(ExtendedPath) is not var (wasExtended, isExtended))
            return;
        stanzas = StanzaFile.Parse(wasExtended, isExtended);
        table = new MixedTable(stanzas[0], stanzas[1]);
        foreach (string key in table.Changed)
            _labels.Add(LabelOfExtended(key));
        _volume.Mix(ExtendedPath, table, LabelOfExtended);

        // The keys of this table may be without the architecture that those of the other one have.
        string LabelOfExtended(string key) => LabelOfPackage(_before.ContainsKey(key) || _after.ContainsKey(key) ? key
            : StanzaFile.NameOf(key));
    }

    private void ClaimPackages()
    {
        foreach (string key in _packages.Select(label => label[2..]))
        {
            string label = LabelOfPackage(key), name = StanzaFile.NameOf(key);
            var traces = new List<(PackageFiles Side, HashSet<string> Owned)>();
            foreach (PackageFiles side in (PackageFiles[])[_old, _now])
            {
                foreach (string record in side.RecordsOf(key))
                    _volume.Claim(record, label, _labels);
                if (side.LinesOf(key) is not { } lines)
                    continue;
                foreach (string line in lines)
                    _volume.Claim(side.PlaceOf(line, name), label, _labels);
                traces.Add((side, [.. lines.Select(line => line.Trim('/'))]));
            }

            // Where both have it, links that start its services are the machine's own affair.
            if (traces is [var (only, owned)])
            {
                foreach (string path in PackageTraces.Find(only.Files, owned))
                    _volume.Claim(path, label, _labels);
            }
        }
    }

    private void ClaimOthers()
    {
        foreach (string path in _volume.Changed.Where(path => Array.Exists(OtherFolders, folder =>
            path.StartsWith(folder, StringComparison.Ordinal))))
            _volume.Claim(path, Others, _labels);
        foreach ((Dictionary<string, SidePackage> old, Dictionary<string, SidePackage> now) in
            OtherDatabases.Read(_old.Files).Zip(OtherDatabases.Read(_now.Files)))
        {
            foreach (string name in old.Keys.Union(now.Keys))
            {
                SidePackage? was = old.GetValueOrDefault(name), has = now.GetValueOrDefault(name);
                if (was?.Version == has?.Version && was?.Signature == has?.Signature)
                    continue;
                foreach (string path in (was?.Files() ?? []).Select(_old.Files.RealPath).Concat((has?.Files() ?? [])
                    .Select(_now.Files.RealPath)))
                    _volume.Claim(path, Others, _labels);
            }
        }
    }

    // What belongs to an account that came with the later version cannot be without it.
    private List<(string Label, string Account)> FindOwners()
    {
        var owners = new List<(string Label, string Account)>();
        Dictionary<uint, string> users = New(Accounts[0]), groups = New(Accounts[2]);
        foreach (string path in users.Count + groups.Count == 0 ? [] : _volume.Changed)
        {
            if (_volume.LabelOf(path) is not { } label || _volume.ChangeOf(path).After is not { } entry)
                continue;
            if (users.TryGetValue(entry.Uid, out string? user))
                owners.Add((label, user));
            if (groups.TryGetValue(entry.Gid, out string? group))
                owners.Add((label, group));
        }

        return owners;

        Dictionary<uint, string> New(string path)
        {
            if (Read(path) is not var (before, after))
                return [];
            HashSet<string> known = [.. AccountFile.Parse(before).Select(item => item.Key)];
            return AccountFile.Parse(after).Where(item => !known.Contains(item.Key))
                .Select(item => (item.Key, Fields: item.Text.Split(':')))
                .Where(item => item.Fields.Length > 2 && uint.TryParse(item.Fields[2], CultureInfo.InvariantCulture, out _))
                .DistinctBy(item => item.Fields[2])
                .ToDictionary(item => uint.Parse(item.Fields[2], CultureInfo.InvariantCulture), item => LabelOfAccount(item.Key));
        }
    }

    // Both versions of a file that differs; empty where there is none. Null where it is the same, or one is no file.
    private (byte[] Before, byte[] After)? Read(string path)
    {
        if (!_volume.Changed.Contains(path))
            return null;
        TreeChange change = _volume.ChangeOf(path);
        return change.Before is null or { Type: TreeEntryType.File, Size: <= MaxSize }
            && change.After is null or { Type: TreeEntryType.File, Size: <= MaxSize }
            ? (Content(change.Before), Content(change.After)) : null;

        byte[] Content(TreeEntry? entry) => entry is null ? [] : _contents.Read(entry, path, MaxSize);
    }

    private static Dictionary<string, string> Table(IReadOnlyList<KeyedItem> items) =>
        items.DistinctBy(item => item.Key).ToDictionary(item => item.Key, item => item.Text, StringComparer.Ordinal);
}
