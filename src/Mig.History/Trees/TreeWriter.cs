using Mig.Core;
using Mig.Store;
using Mig.Store.Encoding;

namespace Mig.History.Trees;

/// <summary>
/// Stores directories as tree objects. A large directory becomes a tree of trees, cut after names whose hash says so, so that one change
/// rewrites one leaf and the path to it (docs/format.md, "Trees").
/// </summary>
public sealed class TreeWriter(IObjectSink writer)
{
    internal const byte Version = 1;
    internal const int MaxEntries = 4096;
    private const int MaxLeafBytes = 1 << 20;

    // Whoever makes a disk can choose names that all say "cut here"; then every level would be as long as the one below, for ever.
    private const int MinEntries = 64;
    private const ulong LeafEndMask = (1 << 10) - 1;

    private readonly PayloadWriter _payload = new();
    private readonly PayloadWriter _entry = new();

    /// <summary>Stores a directory.</summary>
    /// <param name="entries">Sorted by the bytes of their names, which are not empty and differ.</param>
    public TreeId Write(IReadOnlyList<TreeEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var encoded = new List<byte[]>(entries.Count);
        foreach (TreeEntry entry in entries)
        {
            _entry.Clear();
            TreeEntryWriter.Write(_entry, entry);
            encoded.Add(_entry.Written.ToArray());
        }

        var names = entries.Select(entry => entry.Name).ToList();
        for (int level = 0; ; level++)
        {
            if (encoded.Count <= MaxEntries && encoded.Sum(item => (long)item.Length) <= MaxLeafBytes)
                return new TreeId(WriteNode(level, encoded, 0, encoded.Count));
            (encoded, names) = WriteLevel(level, encoded, names);
        }
    }

    private (List<byte[]> Encoded, List<ReadOnlyMemory<byte>> Names) WriteLevel(
        int level, List<byte[]> encoded, List<ReadOnlyMemory<byte>> names)
    {
        var parents = new List<byte[]>();
        var parentNames = new List<ReadOnlyMemory<byte>>();
        for (int start = 0; start < encoded.Count;)
        {
            int end = start;
            long bytes = 0;
            do
                bytes += encoded[end++].Length;
            while (end < encoded.Count && end - start < MaxEntries && bytes < MaxLeafBytes
                && (end - start < MinEntries || (HashName(names[end - 1].Span) & LeafEndMask) != 0));
            ObjectId node = WriteNode(level, encoded, start, end);
            _entry.Clear();
            _entry.String(names[start].Span);
            _entry.Id(node);
            parents.Add(_entry.Written.ToArray());
            parentNames.Add(names[start]);
            start = end;
        }

        return (parents, parentNames);
    }

    private ObjectId WriteNode(int level, List<byte[]> encoded, int start, int end)
    {
        _payload.Clear();
        _payload.Byte(Version);
        _payload.Byte((byte)level);
        _payload.Unsigned(end - start);
        for (int i = start; i < end; i++)
            _payload.Raw(encoded[i]);
        return writer.AddObject(ObjectKind.Tree, _payload.Written);
    }

    // FNV-1a, 64 bits.
    private static ulong HashName(ReadOnlySpan<byte> name)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in name)
            hash = (hash ^ b) * 1099511628211;
        return hash;
    }
}
