using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>What an ext file system should hold, and the rules that the kernel has for it.</summary>
internal sealed class ExtModel : IWriterModel
{
    private const string AccessAcl = "system.posix_acl_access";
    private const uint Immutable = 0x10;
    private const uint AppendOnly = 0x20;

    /// <param name="hasNanoseconds">Whether the format keeps parts of a second.</param>
    public ExtModel(bool hasNanoseconds) => HasNanoseconds = hasNanoseconds;

    public ExtModelNode Root { get; private set; } = new() { Type = NodeType.Directory };

    private bool HasNanoseconds { get; }

    /// <summary>Reads a file system that others have filled.</summary>
    public static ExtModel Load(IFileSystem fileSystem, bool hasNanoseconds)
    {
        var nodes = new Dictionary<long, ExtModelNode>();
        return new ExtModel(hasNanoseconds) { Root = LoadNode(fileSystem, fileSystem.RootNode, nodes) };
    }

    /// <summary>Returns all paths with their nodes, the root's first.</summary>
    public IEnumerable<(string Path, ExtModelNode Node)> GetAll() => Walk("", Root);

    /// <returns>Null when there is none.</returns>
    public ExtModelNode? Find(string path)
    {
        ExtModelNode? node = Root;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            node = node?.Children.GetValueOrDefault(name);
        return node;
    }

    public static ExtModelNode MakeNode(NodeType type, NodeMetadata metadata, Timestamp now, byte[]? content = null, byte[]? target = null,
        uint major = 0, uint minor = 0) => new()
        {
            Type = type,
            Mode = metadata.Mode,
            Uid = metadata.Uid,
            Gid = metadata.Gid,
            Modified = now,
            Changed = now,
            Content = content ?? [],
            Target = target ?? [],
            Major = major,
            Minor = minor,
        };

    public IEnumerable<(string Path, bool IsDirectory)> GetPaths() => GetAll().Select(static pair => (pair.Path, pair.Node.IsDirectory));

    public int GetLength(string path) => Find(path)?.Content.Length ?? 0;

    public bool AddFile(string path, byte[] content, NodeMetadata metadata, Timestamp now) =>
        Add(path, MakeNode(NodeType.File, metadata, now, content), now);

    public bool AddDirectory(string path, NodeMetadata metadata, Timestamp now) =>
        Add(path, MakeNode(NodeType.Directory, metadata, now), now);

    /// <summary>Adds a node.</summary>
    /// <returns>False when that must be refused.</returns>
    public bool Add(string path, ExtModelNode node, Timestamp now)
    {
        (ExtModelNode? parent, string name) = Split(path);
        if (parent is not { IsDirectory: true } || parent.Children.ContainsKey(name) || (parent.Attributes & Immutable) != 0)
            return false;
        parent.Children.Add(name, node);
        parent.Modified = parent.Changed = now;
        return true;
    }

    public bool Link(string existing, string path, Timestamp now)
    {
        ExtModelNode? node = Find(existing);
        if (node is null or { IsDirectory: true } || IsProtected(node) || !Add(path, node, now))
            return false;
        node.Links++;
        node.Changed = now;
        return true;
    }

    public bool Remove(string path, bool isDirectory, Timestamp now)
    {
        (ExtModelNode? parent, string name) = Split(path);
        if (parent is null || !parent.Children.TryGetValue(name, out ExtModelNode? node) || node.IsDirectory != isDirectory
            || node.Children.Count > 0 || IsProtected(node) || IsProtected(parent))
            return false;
        parent.Children.Remove(name);
        parent.Modified = parent.Changed = now;
        node.Links--;
        node.Changed = now;
        return true;
    }

    public bool Rename(string source, string target, Timestamp now)
    {
        (ExtModelNode? from, string oldName) = Split(source);
        (ExtModelNode? to, string newName) = Split(target);
        if (from is null || !from.Children.TryGetValue(oldName, out ExtModelNode? node) || to is not { IsDirectory: true })
            return false;
        if (node.IsDirectory && (target + "/").StartsWith(source + "/", StringComparison.Ordinal) && target != source)
            return false;
        to.Children.TryGetValue(newName, out ExtModelNode? replaced);
        if (replaced == node)
            return true;
        if (IsProtected(node) || IsProtected(from) || (to.Attributes & Immutable) != 0)
            return false;
        if (replaced is not null && (replaced.IsDirectory != node.IsDirectory || replaced.Children.Count > 0 || IsProtected(replaced)
            || IsProtected(to)))
            return false;
        if (replaced is not null)
        {
            replaced.Links--;
            replaced.Changed = now;
        }

        to.Children[newName] = node;
        from.Children.Remove(oldName);
        node.Changed = now;
        from.Modified = from.Changed = to.Modified = to.Changed = now;
        return true;
    }

    public bool SetContent(string path, Func<byte[], byte[]> change, bool isAppend, Timestamp now)
    {
        if (Find(path) is not { Type: NodeType.File } node || (node.Attributes & (isAppend ? Immutable : Immutable | AppendOnly)) != 0)
            return false;
        node.Content = change(node.Content);
        node.Modified = node.Changed = now;
        return true;
    }

    public bool Change(string path, Func<ExtModelNode, bool> change, Timestamp now)
    {
        if (Find(path) is not { } node || IsProtected(node) || !change(node))
            return false;
        node.Changed = now;
        return true;
    }

    /// <summary>Sets a mode, and the entries of the access control list that stand for it.</summary>
    public static bool SetMode(ExtModelNode node, int mode)
    {
        node.Mode = mode;
        if (node.Xattrs.TryGetValue(AccessAcl, out byte[]? acl))
        {
            byte[] changed = [.. acl];
            foreach ((byte tag, int shift) in (ReadOnlySpan<(byte, int)>)[(0x01, 6), (0x10, 3), (0x20, 0)])
                changed[PlaceOf(changed, tag) + 2] = (byte)((mode >> shift) & 7);
            node.Xattrs[AccessAcl] = changed;
        }

        return true;
    }

    /// <summary>Sets an attribute; an access control list, which must have a mask, changes the mode.</summary>
    public static bool SetXattr(ExtModelNode node, string name, byte[] value)
    {
        bool isAcl = name.StartsWith("system.posix_acl", StringComparison.Ordinal);
        if (name.StartsWith("user.", StringComparison.Ordinal) && node.Type is not (NodeType.File or NodeType.Directory))
            return false;
        if ((isAcl && node.Type == NodeType.SymbolicLink) || (name.EndsWith("default", StringComparison.Ordinal) && !node.IsDirectory))
            return false;
        node.Xattrs[name] = value;
        if (name == AccessAcl)
            node.Mode = (node.Mode & 0xE00) | (value[PlaceOf(value, 0x01) + 2] << 6) | (value[PlaceOf(value, 0x10) + 2] << 3)
                | value[PlaceOf(value, 0x20) + 2];
        return true;
    }

    public IReadOnlyList<TreeEntry> ToEntries() =>
        TreeEntry.Finish(GetAll().Skip(1).Where(static pair => pair.Path != "/lost+found")
        .Select(pair => (Describe(pair.Path, pair.Node), (ulong)RuntimeHelpers.GetHashCode(pair.Node))));

    private static bool IsProtected(ExtModelNode node) => (node.Attributes & (Immutable | AppendOnly)) != 0;

    private static int PlaceOf(byte[] acl, byte tag)
    {
        int place = 4;
        while (acl[place] != tag)
            place += 8;
        return place;
    }

    private static ExtModelNode LoadNode(IFileSystem fileSystem, long number, Dictionary<long, ExtModelNode> nodes)
    {
        FileNode source = fileSystem.GetNode(number);
        if (nodes.TryGetValue(number, out ExtModelNode? known))
            return known;
        var node = new ExtModelNode
        {
            Type = source.Type,
            Mode = source.Mode,
            Uid = source.Uid,
            Gid = source.Gid,
            Modified = source.ModifiedTime,
            Changed = source.ChangedTime,
            Target = source.LinkTarget.ToArray(),
            Major = source.DeviceMajor,
            Minor = source.DeviceMinor,
            Attributes = source.Attributes,
            Links = (int)source.LinkCount,
            Content = new byte[source.Type == NodeType.File ? source.Size : 0],
        };
        nodes.Add(number, node);
        fileSystem.ReadContent(number, 0, node.Content);
        foreach (ExtendedAttribute xattr in source.Xattrs)
            node.Xattrs.Add(Encoding.Latin1.GetString(xattr.Name.Span), xattr.Value.ToArray());
        if (node.IsDirectory)
        {
            foreach (DirectoryEntry entry in fileSystem.ReadDirectory(number))
                node.Children.Add(Encoding.Latin1.GetString(entry.Name.Span), LoadNode(fileSystem, entry.Node, nodes));
        }

        return node;
    }

    private static IEnumerable<(string, ExtModelNode)> Walk(string path, ExtModelNode node)
    {
        yield return (path, node);
        foreach ((string name, ExtModelNode child) in node.Children)
        {
            foreach ((string, ExtModelNode) below in Walk($"{path}/{name}", child))
                yield return below;
        }
    }

    private (ExtModelNode? Parent, string Name) Split(string path)
    {
        int slash = path.LastIndexOf('/');
        return (Find(path[..slash]), path[(slash + 1)..]);
    }

    private TreeEntry Describe(string path, ExtModelNode node) => new()
    {
        Path = TreeEntry.Escape(Encoding.Latin1.GetBytes(path)),
        Type = "-dlcbps"[(int)node.Type],
        Mode = node.Mode,
        Uid = node.Uid,
        Gid = node.Gid,
        Size = node.Type == NodeType.SymbolicLink ? node.Target.Length : node.Content.Length,
        ModifiedTime = Format(node.Modified),
        ChangedTime = Format(node.Changed),
        Device = node.Type is NodeType.BlockDevice or NodeType.CharacterDevice ? $"{node.Major}:{node.Minor}" : "",
        Target = TreeEntry.Escape(node.Target),
        Xattrs = TreeEntry.Describe(node.Xattrs.Select(static xattr =>
            ((ReadOnlyMemory<byte>)Encoding.Latin1.GetBytes(xattr.Key), (ReadOnlyMemory<byte>)xattr.Value))),
        Attributes = node.Type is NodeType.File or NodeType.Directory ? node.Attributes & ExtImages.VisibleAttributes : 0,
        LinkCount = node.IsDirectory ? 0 : node.Links,
        Sha256 = node.Type == NodeType.File ? Convert.ToHexStringLower(SHA256.HashData(node.Content)) : "",
    };

    private string Format(Timestamp time) => $"{time.Seconds}.{(HasNanoseconds ? time.Nanoseconds : 0):d9}";
}
