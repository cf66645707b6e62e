using System.Text;
using Mig.FileSystems;

namespace Mig.Edits;

/// <summary>What became of each path so far, in the order in which they were first met.</summary>
public sealed class EditLog
{
    // Latin-1 is bytes one by one: nothing is lost, and text compares by value.
    private readonly OrderedDictionary<string, EditChangeKind> _changes = [];

    // What is written so far, by its path as the volume spells it: the name that was asked for.
    private readonly Dictionary<string, byte[]> _names = [];

    public int Count => _changes.Count;

    /// <summary>The paths, raw bytes with a slash at the beginning.</summary>
    public IEnumerable<(byte[] Path, EditChangeKind Kind)> Changes =>
        _changes.Select(change => (Encoding.Latin1.GetBytes(change.Key), change.Value));

    public int CountOf(EditChangeKind kind) => _changes.Count(change => change.Value == kind);

    /// <summary>New files that got their label of SELinux from the policy of the image.</summary>
    public int PolicyLabels { get; private set; }

    /// <summary>New files that got the label of their directory.</summary>
    public int DirectoryLabels { get; private set; }

    internal void CountLabel(bool isOfPolicy)
    {
        if (isOfPolicy)
            PolicyLabels++;
        else
            DirectoryLabels++;
    }

    /// <summary>Notes the name by which something was written.</summary>
    /// <param name="place">Its path, as the volume spells it.</param>
    /// <returns>The other name by which the same was written before; null when there is none.</returns>
    internal byte[]? Claim(ReadOnlySpan<byte> place, ReadOnlySpan<byte> name)
    {
        string key = Encoding.Latin1.GetString(place);
        if (_names.TryGetValue(key, out byte[]? other))
            return name.SequenceEqual(other) ? null : other;
        _names.Add(key, name.ToArray());
        return null;
    }

    /// <summary>Forgets the name of what is removed: the next one may have any.</summary>
    internal void Forget(ReadOnlySpan<byte> place)
    {
        if (_names.Count > 0)
            _names.Remove(Encoding.Latin1.GetString(place));
    }

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
