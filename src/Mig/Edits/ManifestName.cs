using Mig.History.Trees;

namespace Mig.Edits;

/// <summary>A name in a directory of a manifest that is being changed.</summary>
/// <param name="stored">The entry as the version before has it; null for a new name.</param>
internal sealed class ManifestName(byte[] name, ManifestName? parent, ManifestItem item, TreeEntry? stored)
{
    public byte[] Name { get; set; } = name;

    /// <summary>The directory; null for the root.</summary>
    public ManifestName? Parent { get; set; } = parent;

    public ManifestItem Item { get; set; } = item;

    public TreeEntry? Stored { get; set; } = stored;

    /// <summary>Whether the entry, or something below it, must be written anew.</summary>
    public bool IsChanged { get; private set; }

    public void MarkChanged()
    {
        for (ManifestName? name = this; name is { IsChanged: false }; name = name.Parent)
            name.IsChanged = true;
    }

    /// <summary>The path from the volume's root, beginning with a slash; the root's is a slash alone.</summary>
    public byte[] GetPath()
    {
        var names = new List<byte[]>();
        for (ManifestName name = this; name.Parent is not null; name = name.Parent)
            names.Add(name.Name);
        if (names.Count == 0)
            return "/"u8.ToArray();
        names.Reverse();
        return [.. names.SelectMany(static name => name.Prepend((byte)'/'))];
    }

    /// <summary>
    /// Compares by the order of a scan's walk: a directory's own names come before those of its subdirectories. Decides which of several
    /// names is the first.
    /// </summary>
    public static int CompareInWalk(ManifestName left, ManifestName right)
    {
        List<byte[]> a = Directories(left), b = Directories(right);
        for (int i = 0; i < a.Count && i < b.Count; i++)
        {
            int order = a[i].AsSpan().SequenceCompareTo(b[i]);
            if (order != 0)
                return order;
        }

        return a.Count != b.Count ? a.Count.CompareTo(b.Count) : left.Name.AsSpan().SequenceCompareTo(right.Name);
    }

    private static List<byte[]> Directories(ManifestName name)
    {
        var names = new List<byte[]>();
        for (ManifestName? parent = name.Parent; parent is { Parent: not null }; parent = parent.Parent)
            names.Add(parent.Name);
        names.Reverse();
        return names;
    }
}
