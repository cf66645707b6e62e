using System.Text;

namespace Mig.Git.Objects;

/// <summary>A tree of Git: names with what they stand for.</summary>
internal sealed class GitTree
{
    private readonly Dictionary<string, GitTreeEntry> _entries = new(StringComparer.Ordinal);

    public static GitTree Empty { get; } = new();

    public IReadOnlyCollection<GitTreeEntry> Entries => _entries.Values;

    public bool IsEmpty => _entries.Count == 0;

    public void Add(string name, GitMode mode, GitId id) => _entries.Add(name, new GitTreeEntry(name, mode, id));

    /// <summary>Returns what a name stands for; null when it is not there, or is something else.</summary>
    public GitId? Find(string name, bool isTree) =>
        _entries.TryGetValue(name, out GitTreeEntry entry) && (entry.Mode == GitMode.Tree) == isTree && entry.Mode != GitMode.Other
            ? entry.Id : null;

    public GitTreeEntry? Find(string name) => _entries.TryGetValue(name, out GitTreeEntry entry) ? entry : null;

    /// <summary>The bytes of the object. Git sorts by the bytes of names, and those of trees as if a slash followed.</summary>
    public byte[] Encode()
    {
        var sorted = new List<(byte[] Key, int Length, GitTreeEntry Entry)>(_entries.Count);
        foreach (GitTreeEntry entry in _entries.Values)
        {
            byte[] key = Encoding.UTF8.GetBytes(entry.Mode == GitMode.Tree ? entry.Name + "/" : entry.Name);
            sorted.Add((key, entry.Mode == GitMode.Tree ? key.Length - 1 : key.Length, entry));
        }

        sorted.Sort((left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));
        using var bytes = new MemoryStream();
        Span<byte> id = stackalloc byte[GitId.Size];
        foreach ((byte[] key, int length, GitTreeEntry entry) in sorted)
        {
            bytes.Write(entry.Mode switch { GitMode.Tree => "40000 "u8, GitMode.Executable => "100755 "u8, _ => "100644 "u8 });
            bytes.Write(key, 0, length);
            bytes.WriteByte(0);
            entry.Id.CopyTo(id);
            bytes.Write(id);
        }

        return bytes.ToArray();
    }
}
