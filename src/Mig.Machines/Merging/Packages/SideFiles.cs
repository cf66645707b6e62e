using System.Text;
using Mig.History.Diffs;
using Mig.History.Trees;
using Mig.Machines.Verification;

namespace Mig.Machines.Merging.Packages;

/// <summary>The files of one side of a merge, as that machine would find them: links on the way are followed.</summary>
internal sealed class SideFiles(MergeContents contents, TreeEntry root)
{
    /// <summary>Bytes of the longest path that Linux allows.</summary>
    public const int MaxPath = 4096;

    private const int MaxLinks = 40;

    /// <summary>Finds a path; a link at its end is not followed. Null when nothing stands there.</summary>
    public TreeEntry? Find(string path) => TreeLookup.Find(contents.Store, root, Encoding.Latin1.GetBytes(RealPath(path)));

    /// <summary>Finds what a path names: of several names of one file, the file. Null when nothing stands there.</summary>
    public TreeEntry? FindFile(string path) =>
        Find(path) is { } entry ? entry.Type == TreeEntryType.HardLink ? TreeLookup.FollowLink(contents.Store, root, entry) : entry : null;

    /// <summary>Reads a file; null when there is none.</summary>
    /// <exception cref="Core.CorruptImageException">It is larger than <paramref name="maxSize"/>.</exception>
    public byte[]? Read(string path, int maxSize) =>
        FindFile(path) is { Type: TreeEntryType.File } entry ? contents.Read(entry, path, maxSize) : null;

    /// <summary>Returns what is in a directory, by name; nothing when there is no such directory.</summary>
    public IEnumerable<(string Name, TreeEntry Entry)> List(string path) =>
        Find(path) is { Type: TreeEntryType.Directory } folder ? TreeReader.ReadEntries(contents.Store, folder.Tree)
            .Select(entry => (Encoding.Latin1.GetString(entry.Name.Span), entry)) : [];

    /// <summary>Tells whether a file has a digest, in lower case hexadecimal.</summary>
    public bool HasDigest(string path, DigestAlgorithm algorithm, string digest, int maxSize) =>
        Find(path) is { Type: TreeEntryType.File } file && file.Size <= maxSize
            && Convert.ToHexStringLower(ContentDigests.Hash(algorithm, contents.Read(file, path, maxSize))) == digest;

    /// <summary>
    /// Returns where a path lies, the links of its directories followed: /lib/x in usr/lib/x. Empty for a path that no machine could have.
    /// </summary>
    public string RealPath(string path)
    {
        if (path.Length > MaxPath)
            return "";
        var names = new List<string>();
        var rest = new Stack<string>(path.Split('/').Reverse());
        for (int links = 0; rest.TryPop(out string? name);)
        {
            if (name is "" or ".")
                continue;
            if (name == "..")
            {
                names.RemoveRange(Math.Max(0, names.Count - 1), Math.Min(1, names.Count));
                continue;
            }

            names.Add(name);
            if (rest.Count == 0 || TreeLookup.Find(contents.Store, root,
                Encoding.Latin1.GetBytes(string.Join('/', names))) is not { Type: TreeEntryType.SymbolicLink } link || ++links > MaxLinks)
                continue;
            string target = Encoding.Latin1.GetString(link.LinkTarget.Span);
            if (target.StartsWith('/'))
                names.Clear();
            else
                names.RemoveAt(names.Count - 1);
            foreach (string part in target.Split('/').Reverse())
                rest.Push(part);
        }

        return string.Join('/', names);
    }
}
