using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Trees;

namespace Mig.History.Merging;

/// <summary>What one side changed: by path, and which files and directories it renamed. Never changes; for several threads.</summary>
internal sealed class ChangeSet
{
    private readonly Dictionary<string, TreeChange> _changes;
    private readonly string[] _sorted;
    private readonly Lazy<Dictionary<string, string>> _renames;
    private readonly Lazy<Dictionary<string, string>> _directoryRenames;
    private readonly Lazy<Dictionary<string, string>> _linkRenames;

    public ChangeSet(IReadOnlyList<TreeChange> changes)
    {
        _changes = changes.ToDictionary(change => PathKey.Of(change.Path.Span), StringComparer.Ordinal);
        _sorted = [.. _changes.Keys.Order(StringComparer.Ordinal)];
        _renames = new Lazy<Dictionary<string, string>>(FindRenames);
        _directoryRenames = new Lazy<Dictionary<string, string>>(FindDirectoryRenames);
        _linkRenames = new Lazy<Dictionary<string, string>>(FindLinkRenames);
    }

    /// <summary>The changed paths, sorted.</summary>
    public IReadOnlyList<string> Paths => _sorted;

    /// <summary>Renamed files: the old path to the new one.</summary>
    public IReadOnlyDictionary<string, string> Renames => _renames.Value;

    /// <summary>
    /// Files with several names whose first name is gone: that name to the first one now. They are among <see cref="Renames"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> LinkRenames => _linkRenames.Value;

    /// <summary>Directories that are gone, and the one that most of their renamed files went to.</summary>
    public IReadOnlyDictionary<string, string> DirectoryRenames => _directoryRenames.Value;

    /// <summary>Returns these changes, each as it is read.</summary>
    public ChangeSet Select(Func<TreeChange, TreeChange> read) => new([.. _changes.Values.Select(read)]);

    public TreeChange? Find(string path) => _changes.GetValueOrDefault(path);

    // A content that was removed once and added once. Where several are alike, one of the same name is meant, if there is just one.
    private Dictionary<string, string> FindRenames()
    {
        var removed = new Dictionary<(ObjectId, long), List<string>>();
        var added = new Dictionary<(ObjectId, long), List<string>>();
        foreach (string path in _sorted)
        {
            TreeChange change = _changes[path];
            if (change.After is null && Content(change.Before!) is { } old)
                Add(removed, old, path);
            else if (change.Before is null && Content(change.After!) is { } now)
                Add(added, now, path);
        }

        var renames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (((ObjectId, long) content, List<string> olds) in removed)
        {
            if (!added.TryGetValue(content, out List<string>? news))
                continue;
            if (olds.Count == 1 && news.Count == 1)
            {
                renames[olds[0]] = news[0];
                continue;
            }

            ILookup<string, string> byName = news.ToLookup(PathKey.Name, StringComparer.Ordinal);
            foreach (IGrouping<string, string> same in olds.GroupBy(PathKey.Name, StringComparer.Ordinal).Where(same => same.Count() == 1))
            {
                if (byName[same.Key].ToList() is [{ } only])
                    renames[same.Single()] = only;
            }
        }

        foreach ((string old, string now) in LinkRenames)
            renames[old] = now;
        return renames;
    }

    // The content of a file with several names stands under the first one: when that goes, the next one has it, and the others name that.
    private Dictionary<string, string> FindLinkRenames()
    {
        var renames = new Dictionary<string, string>(StringComparer.Ordinal);
        var several = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string path, TreeChange change) in _changes)
        {
            if (change is not
                {
                    Before: { Type: TreeEntryType.HardLink } link,
                    After: { Type: TreeEntryType.HardLink or TreeEntryType.File } after
                })
                continue;
            string old = PathKey.Target(link), now = after.Type == TreeEntryType.File ? path : PathKey.Target(after);
            if (_changes.GetValueOrDefault(old) is not { After: null, Before: { Type: TreeEntryType.File } first }
                || _changes.GetValueOrDefault(now)?.After is not { Type: TreeEntryType.File } next
                || !EntryComparison.HasSameContent(first, next))
                continue;
            if (!renames.TryAdd(old, now) && renames[old] != now)
                several.Add(old);
        }

        foreach (string old in several)
            renames.Remove(old);
        return renames;
    }

    // As in Git: a directory that is gone went where most of its renamed files went, if that is one place.
    private Dictionary<string, string> FindDirectoryRenames()
    {
        var targets = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        foreach ((string old, string now) in Renames)
        {
            string parent = PathKey.Parent(old);
            if (_changes.GetValueOrDefault(parent) is not { After: null })
                continue;
            if (!targets.TryGetValue(parent, out Dictionary<string, int>? counts))
                targets[parent] = counts = new Dictionary<string, int>(StringComparer.Ordinal);
            string target = PathKey.Parent(now);
            counts[target] = counts.GetValueOrDefault(target) + 1;
        }

        var renames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string directory, Dictionary<string, int> counts) in targets)
        {
            int most = counts.Values.Max();
            if (counts.Where(item => item.Value == most).ToList() is [{ Key: var target }])
                renames[directory] = target;
        }

        return renames;
    }

    private static void Add(Dictionary<(ObjectId, long), List<string>> to, (ObjectId, long) content, string path)
    {
        if (!to.TryGetValue(content, out List<string>? paths))
            to[content] = paths = [];
        paths.Add(path);
    }

    // Empty files are all the same, and mean nothing.
    private static (ObjectId, long)? Content(TreeEntry entry) =>
        entry is { Type: TreeEntryType.File, Size: > 0, Sha256: { } sha256 } ? (sha256, entry.Size) : null;
}
