using System.Text;
using Mig.Core;
using Mig.History.Trees;

namespace Mig.Versions.Working.Live;

/// <summary>A directory of files that were fetched from a running system.</summary>
internal sealed class LiveFolder
{
    private const int Mode = 0x1ED; // 0755

    private readonly SortedDictionary<string, LiveFolder> _folders = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (ObjectId Sha256, long Size)> _files = new(StringComparer.Ordinal);

    /// <param name="names">The names of the path, each byte a character.</param>
    public void Add(ReadOnlySpan<string> names, ObjectId sha256, long size)
    {
        if (names.Length == 1)
        {
            _files[names[0]] = (sha256, size);
            return;
        }

        if (!_folders.TryGetValue(names[0], out LiveFolder? folder))
            _folders.Add(names[0], folder = new LiveFolder());
        folder.Add(names[1..], sha256, size);
    }

    /// <summary>Stores it.</summary>
    /// <param name="name">What it is called; empty for the root.</param>
    public TreeEntry Write(TreeWriter writer, ReadOnlyMemory<byte> name)
    {
        List<TreeEntry> entries = [.. _folders.Select(item => item.Value.Write(writer, Encoding.Latin1.GetBytes(item.Key)))];
        entries.AddRange(_files.Where(item => !_folders.ContainsKey(item.Key)).Select(item => new TreeEntry
        {
            Name = Encoding.Latin1.GetBytes(item.Key),
            Type = TreeEntryType.File,
            Size = item.Value.Size,
            Sha256 = item.Value.Sha256,
        }));
        entries.Sort((left, right) => left.Name.Span.SequenceCompareTo(right.Name.Span));
        return new TreeEntry { Name = name, Type = TreeEntryType.Directory, Mode = Mode, Tree = writer.Write(entries) };
    }
}
