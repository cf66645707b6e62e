using System.Text;

namespace Mig.Testing.FileSystems;

/// <summary>All that is compared about one name of a tree. Bytes that are not printable ASCII are written as <c>\xHH</c>.</summary>
public sealed record TreeEntry
{
    public required string Path { get; init; }

    public required char Type { get; init; }

    public required int Mode { get; init; }

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    public required long Size { get; init; }

    public required string ModifiedTime { get; init; }

    public string ChangedTime { get; init; } = "";

    public required string Device { get; init; }

    public required string Target { get; init; }

    public required string Xattrs { get; init; }

    public uint Attributes { get; init; }

    /// <summary>How many names the node has; 0 for a directory, where formats count differently.</summary>
    public required long LinkCount { get; init; }

    /// <summary>The first path, in order of bytes, that names the same node.</summary>
    public string FirstPath { get; init; } = "";

    public required string Sha256 { get; init; }

    /// <summary>Writes bytes as text from which no two different names come out the same.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte value in bytes)
            text.Append(value is > 0x20 and < 0x7F and not (byte)'\\' ? ((char)value).ToString() : $"\\x{value:x2}");
        return text.ToString();
    }

    /// <summary>Writes a list of attributes, which must be sorted by name.</summary>
    public static string Describe(IEnumerable<(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)> xattrs) =>
        string.Join(' ', xattrs.Select(static xattr => $"{Escape(xattr.Name.Span)}={Convert.ToHexStringLower(xattr.Value.Span)}"));

    /// <summary>Sorts a tree and finds the first path of each node.</summary>
    /// <param name="entries">Entries with the number of their node.</param>
    public static IReadOnlyList<TreeEntry> Finish(IEnumerable<(TreeEntry Entry, ulong Node)> entries)
    {
        var firstPaths = new Dictionary<ulong, string>();
        var sorted = new List<TreeEntry>();
        foreach ((TreeEntry entry, ulong node) in entries.OrderBy(static pair => pair.Entry.Path, StringComparer.Ordinal))
        {
            firstPaths.TryAdd(node, entry.Path);
            sorted.Add(entry with { FirstPath = firstPaths[node] });
        }

        return sorted;
    }
}
