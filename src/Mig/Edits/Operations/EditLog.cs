using System.Text;

namespace Mig.Edits.Operations;

/// <summary>What became of each path so far, in the order in which they were first met.</summary>
public sealed class EditLog
{
    // Latin-1 is bytes one by one: nothing is lost, and text compares by value.
    private readonly OrderedDictionary<string, EditChangeKind> _changes = [];

    public int Count => _changes.Count;

    /// <summary>The paths, raw bytes with a slash at the beginning.</summary>
    public IEnumerable<(byte[] Path, EditChangeKind Kind)> Changes => _changes.Select(change => (Encoding.Latin1.GetBytes(change.Key), change.Value));

    public int CountOf(EditChangeKind kind) => _changes.Count(change => change.Value == kind);

    internal void Add(ReadOnlySpan<byte> path, EditChangeKind kind)
    {
        string key = Encoding.Latin1.GetString(VolumePath.Normalize(path));
        if (!_changes.TryGetValue(key, out EditChangeKind before))
            _changes.Add(key, kind);
        else if (kind == EditChangeKind.Removed && before == EditChangeKind.Added)
            _changes.Remove(key);
        else if (kind != before)
            _changes[key] = kind == EditChangeKind.Removed ? kind : before == EditChangeKind.Added ? before : EditChangeKind.Changed;
    }
}
