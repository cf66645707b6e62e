using System.Text;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Versions.Bisecting.Parts;

/// <summary>
/// What changed on one volume, divided: each path has the label of what it belongs to, and a volume can be made that has the changes of
/// some labels alone.
/// </summary>
internal sealed class VolumeParts
{
    // A folder, then all that is in it.
    private static readonly Comparer<string> Order = Comparer<string>.Create(static (a, b) =>
    {
        int same = a.AsSpan().CommonPrefixLength(b);
        if (same == a.Length || same == b.Length)
            return a.Length.CompareTo(b.Length);
        return a[same] == '/' ? -1 : b[same] == '/' ? 1 : a[same].CompareTo(b[same]);
    });

    private readonly MergeContents _contents;
    private readonly SortedDictionary<string, TreeChange> _changes = new(Order);
    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal); // of paths
    private readonly Dictionary<string, (MixedTable Table, Func<string, string> LabelOf)> _tables = new(StringComparer.Ordinal);

    /// <param name="prefix">How its paths begin for users; empty for the volume of the system.</param>
    public VolumeParts(MergeContents contents, ImageDisk disk, ImageVolume before, ImageVolume after, string prefix)
    {
        (_contents, Disk, Before, After, Prefix) = (contents, disk, before, after, prefix);
        foreach (TreeChange change in new TreeDiff(contents.Store, PathLimits.None) { FollowsLinks = false }
            .Compare(before.Root, after.Root).Where(change => !IsTimeOfFolder(change)))
            _changes[Encoding.Latin1.GetString(change.Path.Span)] = change;
    }

    public ImageDisk Disk { get; }

    public ImageVolume Before { get; }

    public ImageVolume After { get; }

    public string Prefix { get; }

    /// <summary>The paths that differ, sorted: one character for each byte, without a slash at the start.</summary>
    public IReadOnlyCollection<string> Changed => _changes.Keys;

    public TreeChange ChangeOf(string path) => _changes[path];

    /// <summary>The label of a path; null for one that goes by others.</summary>
    public string? LabelOf(string path) => _labels.GetValueOrDefault(path);

    /// <summary>Says that a table is mixed entry by entry, where it differs.</summary>
    /// <param name="labelOf">The label of a key.</param>
    public void Mix(string path, MixedTable table, Func<string, string> labelOf)
    {
        if (_changes.ContainsKey(path))
            _tables[path] = (table, labelOf);
    }

    /// <summary>Labels a path, if it differs and is nothing that goes by others; what has a label already belongs to both.</summary>
    public void Claim(string path, string label, Labels labels)
    {
        if (!_changes.TryGetValue(path, out TreeChange? change) || _tables.ContainsKey(path) || IsFolder(change))
            return;
        labels.Add(label);
        if (!_labels.TryAdd(path, label))
            labels.Join(_labels[path], label);
    }

    /// <summary>Labels what nobody claimed, path by path; what was added or removed as a whole folder is one.</summary>
    public void ClaimRest(Labels labels)
    {
        string? whole = null;
        foreach ((string path, TreeChange change) in _changes)
        {
            if (whole is not null && !IsBelow(path, whole))
                whole = null;
            if (whole is null && IsWholeFolder(change))
                whole = path;
            if (_labels.ContainsKey(path) || _tables.ContainsKey(path) || IsCarried(change))
                continue;
            _labels.Add(path, labels.Add($"f:{Prefix}/{whole ?? path}"));
        }

        JoinLinks(labels);
        JoinPlaces(labels);
    }

    /// <summary>Returns what makes the volume before one that has the changes of some labels.</summary>
    /// <param name="isTaken">Tells of a label.</param>
    /// <returns>Sorted by path.</returns>
    public IReadOnlyList<MergeOperation> Operations(Func<string, bool> isTaken)
    {
        var chosen = new SortedDictionary<string, MergeOperation>(Order);
        foreach ((string path, TreeChange change) in _changes)
        {
            if (_labels.TryGetValue(path, out string? label) && isTaken(label))
                chosen[path] = ToOperation(change);
        }

        foreach ((string path, (MixedTable table, Func<string, string> labelOf)) in _tables)
        {
            if (MixTable(path, table, key => isTaken(labelOf(key))) is { } operation)
                chosen[path] = operation;
        }

        foreach (string path in chosen.Where(item => item.Value.After is not null).Select(item => item.Key).ToList())
            AddFolders(path, chosen);
        foreach ((string path, TreeChange change) in _changes.Reverse().Where(item => IsCarried(item.Value) && item.Value.After is null))
        {
            if (TreeReader.ReadEntries(_contents.Store, change.Before!.Tree).All(entry =>
                chosen.TryGetValue($"{path}/{Encoding.Latin1.GetString(entry.Name.Span)}", out MergeOperation? operation)
                    && operation.After is null))
                chosen[path] = ToOperation(change);
        }

        return [.. chosen.Values];
    }

    private MergeOperation? MixTable(string path, MixedTable table, Func<string, bool> isAfter)
    {
        TreeChange change = _changes[path];
        bool[] takes = [.. table.Changed.Select(isAfter).Distinct()];
        if (takes is [] or [true])
            return ToOperation(change);
        if (takes is [false])
            return null;
        TreeEntry made = _contents.Add(table.Mix(isAfter)), like = (change.After ?? change.Before)!;
        return new MergeOperation(change.Path, change.Before,
            like with { Type = TreeEntryType.File, Size = made.Size, Sha256 = made.Sha256, List = null, LinkTarget = default });
    }

    // A folder that the volume before has not comes with the first thing in it.
    private void AddFolders(string path, SortedDictionary<string, MergeOperation> chosen)
    {
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            string folder = path[..slash];
            if (_changes.TryGetValue(folder, out TreeChange? change) && IsCarried(change) && change.After is not null)
                chosen.TryAdd(folder, ToOperation(change));
        }
    }

    // Names of one file belong together.
    private void JoinLinks(Labels labels)
    {
        foreach ((string path, TreeChange change) in _changes)
        {
            foreach (TreeEntry? entry in (TreeEntry?[])[change.Before, change.After])
            {
                if (entry is { Type: TreeEntryType.HardLink }
                    && _labels.TryGetValue(Encoding.Latin1.GetString(entry.LinkTarget.Span).TrimStart('/'), out string? target)
                    && _labels.TryGetValue(path, out string? label))
                    labels.Join(label, target);
            }
        }
    }

    // Where a folder became something else, or something else a folder, all below it goes with it.
    private void JoinPlaces(Labels labels)
    {
        string? place = null;
        foreach ((string path, TreeChange change) in _changes)
        {
            if (place is not null && IsBelow(path, place))
            {
                if (_labels.TryGetValue(path, out string? label))
                    labels.Join(_labels[place], label);
                continue;
            }

            bool isOtherKind = change is { Before: { } before, After: { } after }
                && (before.Type == TreeEntryType.Directory) != (after.Type == TreeEntryType.Directory);
            place = isOtherKind && _labels.ContainsKey(path) ? path : null;
        }
    }

    private static MergeOperation ToOperation(TreeChange change) => new(change.Path, change.Before, change.After);

    // A folder that is there on both sides.
    private static bool IsFolder(TreeChange change) =>
        change is { Before.Type: TreeEntryType.Directory, After.Type: TreeEntryType.Directory };

    // A folder that comes and goes with what is in it.
    private bool IsCarried(TreeChange change) => IsWholeFolder(change)
        && TreeReader.ReadEntries(_contents.Store, change.Entry.Tree).Count > 0;

    private static bool IsWholeFolder(TreeChange change) =>
        (change.Before is null || change.After is null) && change.Entry.Type == TreeEntryType.Directory;

    private static bool IsTimeOfFolder(TreeChange change) => IsFolder(change) && change.Kinds == ChangeKinds.Time;

    private static bool IsBelow(string path, string folder) =>
        path.Length > folder.Length && path[folder.Length] == '/' && path.StartsWith(folder, StringComparison.Ordinal);
}
