using System.Collections.Concurrent;
using System.Text;
using Mig.Core;
using Mig.FileSystems;
using Mig.History.Trees;
using Mig.Images.Ingest;
using Mig.Store;

namespace Mig.Care.Checks;

/// <summary>
/// Lays the manifest of a volume beside what reading its file system gives: every name, and all that is said of what it names.
/// </summary>
internal sealed class ManifestProof(
    IObjectSource store, IFileSystem fileSystem, VolumeScan scan, UnreadProof unread, int parallelism, CancellationToken cancellation)
{
    private readonly TreeId[] _trees = new TreeId[scan.Directories.Count];
    private readonly (int Parent, ReadOnlyMemory<byte> Name)[] _places = new (int, ReadOnlyMemory<byte>)[scan.Directories.Count];

    /// <summary>
    /// Returns what the manifest says of each file that the scan found, in the same order; null where the image says that it could not be
    /// read.
    /// </summary>
    /// <exception cref="ViewDifferenceException">A name is missing or too many, or something is said of it that is not so.</exception>
    public TreeEntry?[] Run(TreeEntry root)
    {
        var files = new TreeEntry?[scan.Files.Count];
        Compare(root, TreeEntries.Of(GetNode(fileSystem.RootNode), default, default, root.Tree), () => "/");
        _trees[0] = root.Tree;
        _places[0] = (-1, default);
        List<int> level = [0];
        while (level.Count > 0)
        {
            var next = new ConcurrentBag<int>();
            ParallelWork.ForEach(level, parallelism, directory => CompareDirectory(directory, files, next), cancellation);
            level = [.. next.Order()];
        }

        return files;
    }

    private void CompareDirectory(int directory, TreeEntry?[] files, ConcurrentBag<int> next)
    {
        ScannedEntry[] found = scan.Directories[directory].Entries;
        List<TreeEntry> said = [];
        Collect(_trees[directory], found.Length, said);
        int at = 0;
        foreach (ScannedEntry entry in found)
        {
            if (at == said.Count || !said[at].Name.Span.SequenceEqual(entry.Name.Span))
            {
                bool isMissing = at == said.Count || entry.Name.Span.SequenceCompareTo(said[at].Name.Span) < 0;
                if (isMissing && MayLack(directory, entry.Name))
                    continue;
                throw Differs(isMissing
                    ? $"the disk has {PathOf(directory, entry.Name)}, the manifest has not"
                    : $"the manifest has {PathOf(directory, said[at].Name)}, the disk has not");
            }

            TreeEntry now = said[at++];
            Compare(now, ToEntry(entry, now), () => PathOf(directory, entry.Name));
            if (entry.Type == NodeType.Directory && entry.LinkPath is null)
            {
                _trees[entry.Index] = now.Tree;
                _places[entry.Index] = (directory, entry.Name);
                next.Add(entry.Index);
            }
            else if (entry.Type == NodeType.File && entry.LinkPath is null)
            {
                files[entry.Index] = now;
            }
        }

        if (at < said.Count)
            throw Differs($"the manifest has {PathOf(directory, said[at].Name)}, the disk has not");
    }

    private bool MayLack(int directory, ReadOnlyMemory<byte> name)
    {
        byte[] path = name.ToArray();
        for (int at = directory; _places[at].Parent >= 0; at = _places[at].Parent)
            path = [.. _places[at].Name.Span, (byte)'/', .. path];
        return unread.MayLack(path);
    }

    private FileNode GetNode(long node) => fileSystem.GetNode(node, new DamageList()); // the scan has told

    // What a directory or a content is called is taken from the manifest here: what they hold is compared by itself.
    private TreeEntry ToEntry(in ScannedEntry entry, TreeEntry said) => entry.LinkPath is { } first
        ? new TreeEntry { Name = entry.Name, Type = TreeEntryType.HardLink, LinkTarget = first }
        : TreeEntries.Of(GetNode(entry.Node), entry.Name, entry.Type == NodeType.File ? new FileContent(said.Sha256, said.List) : default,
            said.Tree);

    // Reads no more of a directory than one node beyond what the disk has: a few trees can stand for any number of names.
    private bool Collect(in TreeId tree, int most, List<TreeEntry> entries)
    {
        cancellation.ThrowIfCancellationRequested();
        TreeNode node = TreeReader.ReadNode(store, tree);
        entries.AddRange(node.Entries);
        foreach ((_, TreeId child) in node.Children)
        {
            if (entries.Count > most || !Collect(child, most, entries))
                return false;
        }

        return entries.Count <= most;
    }

    private static void Compare(TreeEntry said, TreeEntry found, Func<string> path)
    {
        string? what =
            said.Type != found.Type ? $"is a {found.Type}, the manifest says {said.Type}"
            : said.Mode != found.Mode ? $"has mode {Convert.ToString(found.Mode, 8)}, the manifest says {Convert.ToString(said.Mode, 8)}"
            : (said.Uid, said.Gid) != (found.Uid, found.Gid)
                ? $"belongs to {found.Uid}:{found.Gid}, the manifest says {said.Uid}:{said.Gid}"
            : said.Size != found.Size ? $"has {found.Size} bytes, the manifest says {said.Size}"
            : said.ModifiedTime != found.ModifiedTime ? "has another time than the manifest says"
            : !said.LinkTarget.Span.SequenceEqual(found.LinkTarget.Span) ? "leads to another place than the manifest says"
            : (said.DeviceMajor, said.DeviceMinor) != (found.DeviceMajor, found.DeviceMinor) ? "is another device than the manifest says"
            : said.Attributes != found.Attributes ? "has other attributes than the manifest says"
            : !IsSame(said.Xattrs, found.Xattrs) ? "has other extended attributes than the manifest says"
            : null;
        if (what is not null)
            throw Differs($"{path()} {what}");
    }

    private static bool IsSame(IReadOnlyList<TreeXattr> said, IReadOnlyList<TreeXattr> found)
    {
        for (int i = 0; i < Math.Min(said.Count, found.Count); i++)
        {
            if (!said[i].Name.Span.SequenceEqual(found[i].Name.Span) || !said[i].Value.Span.SequenceEqual(found[i].Value.Span))
                return false;
        }

        return said.Count == found.Count;
    }

    private string PathOf(int directory, ReadOnlyMemory<byte> name)
    {
        string path = Encoding.UTF8.GetString(name.Span);
        for (int at = directory; _places[at].Parent >= 0; at = _places[at].Parent)
            path = $"{Encoding.UTF8.GetString(_places[at].Name.Span)}/{path}";
        return "/" + path;
    }

    private static ViewDifferenceException Differs(string message) => new(ViewDifference.Of(message));
}
