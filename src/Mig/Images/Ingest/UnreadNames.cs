using System.Text;
using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Trees;

namespace Mig.Images.Ingest;

/// <summary>Collects what of a volume could not be read, for the list that stands in the image.</summary>
internal sealed class UnreadNames
{
    private readonly List<UnreadPath> _paths = [];

    public bool IsEmpty => _paths.Count == 0;

    /// <param name="directory">With a slash before each name; empty for the root.</param>
    /// <param name="name">Empty for the directory itself.</param>
    public void Add(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name, string reason)
    {
        ReadOnlySpan<byte> parent = directory.IsEmpty ? directory : directory[1..];
        if (TreeName.FindFault(name) is not null)
            name = []; // no path can have it, not in this list either
        byte[] path = name.IsEmpty ? parent.ToArray() : parent.IsEmpty ? name.ToArray() : [.. parent, (byte)'/', .. name];
        _paths.Add(new UnreadPath(path, reason));
    }

    public void Add(ReadOnlySpan<byte> directory, DamageList damage)
    {
        foreach (DamageItem item in damage.Items)
            Add(directory, item.Name.Span, item.Reason);
    }

    /// <summary>Returns the paths as an image lists them; where there are too many, those of a directory become one.</summary>
    /// <exception cref="CorruptImageException">There are too many all the same.</exception>
    public IReadOnlyList<UnreadPath> ToList()
    {
        if (_paths.Count == 0)
            return [];
        UnreadPath[] paths = Sort(_paths);
        if (!UnreadPath.Fits(paths))
            paths = Sort(Gather(paths));
        return UnreadPath.Fits(paths) ? paths : throw new CorruptImageException(
            "FS-008", $"{_paths.Count} paths could not be read, more than an image can list; the first: {paths[0].Reason}");
    }

    private static UnreadPath[] Sort(IEnumerable<UnreadPath> paths) => [.. paths
        .OrderBy(path => path.Path, Comparer<ReadOnlyMemory<byte>>.Create(static (left, right) => left.Span.SequenceCompareTo(right.Span)))
        .ThenBy(path => path.Reason, StringComparer.Ordinal)
        .Distinct(UnreadPath.Comparer)];

    private static IEnumerable<UnreadPath> Gather(UnreadPath[] paths) => paths
        .GroupBy(path => Encoding.Latin1.GetString(path.Path.Span[..Math.Max(0, path.Path.Span.LastIndexOf((byte)'/'))]))
        .Select(group => group.Count() == 1
            ? group.First()
            : new UnreadPath(Encoding.Latin1.GetBytes(group.Key),
                $"{group.Count()} names in it; the first is '{Encoding.UTF8.GetString(group.First().Path.Span)}': {group.First().Reason}"));
}
