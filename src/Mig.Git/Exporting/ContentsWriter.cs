using System.Text;
using Mig.Core;
using Mig.Git.Masking;
using Mig.Git.Names;
using Mig.Git.Objects;
using Mig.History.Diffs;
using Mig.History.Trees;
using Mig.Images.Browse;

namespace Mig.Git.Exporting;

/// <summary>Publishes the text of <c>/etc</c>, and the contents of files that patterns name. Directories that are as they were in the
/// version before are taken over.</summary>
/// <param name="root">The root of the volume with the operating system.</param>
internal sealed class ContentsWriter(Repository repository, GitFolder target, ImagePath root, GitExportOptions options,
    CancellationToken cancellation)
{
    /// <summary>Most bytes of a file that are published: hosts refuse more, and libgit2 holds each object in memory.</summary>
    public const int MaxSize = 16 << 20;

    // What is generated has these names; a directory or file of the image that has one of them is written with its first letter escaped.
    private static readonly HashSet<string> Taken = new(VersionTree.GeneratedNames, StringComparer.OrdinalIgnoreCase);

    private readonly PathLimits? _patterns = options.Contents.Count == 0 ? null
        : new PathLimits([.. options.Contents.Select(pattern => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(pattern))]);
    private readonly HashSet<string> _masked = new(StringComparer.Ordinal);

    /// <summary>Files whose contents were masked, by their paths, one character for each byte.</summary>
    public IReadOnlySet<string> Masked => _masked;

    /// <summary>Whether one of the files is a further name of a file: then its content may change while its directory stays the
    /// same.</summary>
    public bool HasHardLinks { get; private set; }

    /// <summary>Files that patterns name and that are not published, with the reason.</summary>
    public List<string> LeftOut { get; } = [];

    /// <summary>The name under which a file of the root, or a directory, is published.</summary>
    public static string TopName(ReadOnlySpan<byte> name)
    {
        string escaped = GitName.Escape(name);
        return Taken.Contains(escaped) ? $"%{(int)escaped[0]:X2}{escaped[1..]}" : escaped;
    }

    /// <summary>Adds the contents to the tree of a version.</summary>
    /// <param name="earlier">The root of the version before; null when nothing can be taken over.</param>
    /// <param name="published">What was published of it.</param>
    public void Write(GitTree top, TreeId? earlier, GitTree? published)
    {
        Dictionary<string, TreeEntry> before = EntriesOf(earlier);
        WriteEntries([], root.Entry.Tree, before, published, top,
            new WalkGuard(repository.Store, repository.Context.Limits, root.Entry.Tree), 0);
    }

    /// <summary>Tells whether a path is one of <c>/etc</c>.</summary>
    public static bool IsSetting(ReadOnlySpan<byte> path) => path.StartsWith("etc"u8) && (path.Length == 3 || path[3] == (byte)'/');

    /// <summary>Tells whether a content is text: no byte of it is zero.</summary>
    public static bool IsText(ReadOnlySpan<byte> content) => !content.Contains((byte)0);

    private void WriteEntries(byte[] path, TreeId tree, Dictionary<string, TreeEntry> before, GitTree? published, GitTree into,
        WalkGuard guard, int depth)
    {
        cancellation.ThrowIfCancellationRequested();
        IReadOnlyList<TreeEntry> entries = TreeReader.ReadEntries(repository.Store, tree);
        Prefetch(path, entries);
        foreach (TreeEntry entry in entries)
        {
            guard.Meet(depth, path);
            byte[] child = path.Length == 0 ? entry.Name.ToArray() : [.. path, (byte)'/', .. entry.Name.Span];
            string name = depth == 0 ? TopName(entry.Name.Span) : GitName.Escape(entry.Name.Span);
            if (entry.Type == TreeEntryType.Directory)
                WriteDirectory(child, entry, before, published, into, name, guard, depth);
            else if (IsWanted(child) && Content(child, entry) is { } content)
                into.Add(name, content.IsExecutable ? GitMode.Executable : GitMode.File, target.WriteBlob(content.Bytes));
        }
    }

    private void WriteDirectory(byte[] path, TreeEntry entry, Dictionary<string, TreeEntry> before, GitTree? published, GitTree into,
        string name, WalkGuard guard, int depth)
    {
        if (!IsSetting(path) && _patterns?.MayIncludeBelow(path) != true)
            return;
        GitId? old = published?.Find(name, isTree: true);
        bool isKnown = before.TryGetValue(Encoding.Latin1.GetString(entry.Name.Span), out TreeEntry? earlier)
            && earlier.Type == TreeEntryType.Directory;
        if (isKnown && earlier!.Tree == entry.Tree)
        {
            if (old is { } kept)
                into.Add(name, GitMode.Tree, kept);
            return;
        }

        var children = new GitTree();
        Dictionary<string, TreeEntry> below = EntriesOf(isKnown ? earlier!.Tree : null);
        WriteEntries(path, entry.Tree, below, old is { } id ? target.ReadTree(id) : null, children, guard, depth + 1);
        if (!children.IsEmpty)
            into.Add(name, GitMode.Tree, target.WriteTree(children));
    }

    private bool IsWanted(byte[] path) => IsSetting(path) || _patterns?.Includes(path) == true;

    private (byte[] Bytes, bool IsExecutable)? Content(byte[] path, TreeEntry entry)
    {
        if (entry.Type == TreeEntryType.HardLink)
        {
            HasHardLinks = true;
            entry = TreeLookup.FollowLink(repository.Store, root.Volume.Root!, entry);
        }

        if (entry.Type != TreeEntryType.File)
            return null;
        bool isNamed = _patterns?.Includes(path) == true;
        if (entry.Size > MaxSize)
        {
            LeaveOut(path, $"it has {entry.Size} bytes, at most {MaxSize} are published");
            return null;
        }

        byte[] content = Read(root with { Path = path, Entry = entry });
        if (options.IsMasked && PackedContent.Is(content) && !MaskRules.IsWhole(path))
        {
            if (isNamed)
                LeaveOut(path, "it is compressed or an archive, in which secrets cannot be masked; --no-mask publishes it");
            return null;
        }

        if (!isNamed && !IsText(content))
            return null;
        byte[] shown = options.IsMasked ? MaskRules.Apply(path, content) : content;
        if (!ReferenceEquals(shown, content))
            _masked.Add(Encoding.Latin1.GetString(path));
        return (shown, (entry.Mode & 0x40) != 0);
    }

    private void LeaveOut(byte[] path, string reason) => LeftOut.Add($"/{Encoding.UTF8.GetString(path)} is left out: {reason}");

    private byte[] Read(ImagePath file)
    {
        using var content = new MemoryStream((int)file.Entry.Size);
        repository.Images.CopyContent(file, content, cancellation);
        return content.ToArray();
    }

    private void Prefetch(byte[] path, IReadOnlyList<TreeEntry> entries)
    {
        if (repository.IsPartial)
            repository.Store.Prefetch(entries.Where(entry =>
                entry is { Type: TreeEntryType.File, List: null, Size: > 0 and <= MaxSize, Sha256: not null }
                && IsWanted([.. path, (byte)'/', .. entry.Name.Span])).Select(entry => new BlobId(entry.Sha256!.Value)));
    }

    private Dictionary<string, TreeEntry> EntriesOf(TreeId? tree)
    {
        var found = new Dictionary<string, TreeEntry>(StringComparer.Ordinal);
        foreach (TreeEntry entry in tree is { } id ? TreeReader.ReadEntries(repository.Store, id) : [])
            found[Encoding.Latin1.GetString(entry.Name.Span)] = entry;
        return found;
    }
}
