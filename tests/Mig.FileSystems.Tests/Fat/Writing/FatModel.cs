using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Fat.Writing;

/// <summary>What a FAT volume should hold: dictionaries in which case does not matter.</summary>
internal sealed class FatModel : IWriterModel
{
    public const int Mode = 0x1ED;
    public const int ReadOnlyMode = 0x16D;

    public FatModelNode Root { get; } = new() { IsDirectory = true, Name = "" };

    public IEnumerable<(string Path, FatModelNode Node)> GetAll() => Walk("", Root);

    public FatModelNode? Find(string path)
    {
        FatModelNode? node = Root;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            node = node?.Children.GetValueOrDefault(name);
        return node;
    }

    public IEnumerable<(string Path, bool IsDirectory)> GetPaths() => GetAll().Select(static pair => (pair.Path, pair.Node.IsDirectory));

    public int GetLength(string path) => Find(path)?.Content.Length ?? 0;

    public bool AddFile(string path, byte[] content, NodeMetadata metadata, Timestamp now) =>
        Add(path, new FatModelNode
        {
            IsDirectory = false, Name = NameOf(path), Content = content,
            Attributes = (byte)(metadata.Mode == ReadOnlyMode ? 0x21 : 0x20), Modified = Cut(now)
        }, now);

    public bool AddDirectory(string path, NodeMetadata metadata, Timestamp now) =>
        Add(path, new FatModelNode { IsDirectory = true, Name = NameOf(path), Modified = Cut(now) }, now);

    public bool Remove(string path, bool isDirectory, Timestamp now)
    {
        (FatModelNode? parent, string name) = Split(path);
        if (Find(path) is not { } node || node.IsDirectory != isDirectory || node.Children.Count > 0)
            return false;
        parent!.Children.Remove(name);
        Touch(parent, now);
        return true;
    }

    public bool Rename(string source, string target, Timestamp now)
    {
        (FatModelNode? from, string oldName) = Split(source);
        (FatModelNode? to, string newName) = Split(target);
        if (Find(source) is not { } node || to is not { IsDirectory: true } || Walk("", node).Any(pair => pair.Item2 == to))
            return false;
        to.Children.TryGetValue(newName, out FatModelNode? replaced);
        if (replaced == node && node.Name == newName)
            return true;
        if (replaced is not null && replaced != node && (replaced.IsDirectory != node.IsDirectory || replaced.Children.Count > 0))
            return false;
        from!.Children.Remove(oldName);
        to.Children.Remove(newName);
        to.Children.Add(newName, node);
        node.Name = newName;
        Touch(from, now);
        Touch(to, now);
        return true;
    }

    public bool SetContent(string path, Func<byte[], byte[]> change, bool isAppend, Timestamp now)
    {
        if (Find(path) is not { IsDirectory: false } node)
            return false;
        node.Content = change(node.Content);
        node.Modified = Cut(now);
        node.Attributes |= 0x20;
        return true;
    }

    public bool Change(string path, Func<FatModelNode, bool> change) => Find(path) is { } node && node != Root && change(node);

    /// <summary>Cuts a time to what FAT holds.</summary>
    public static Timestamp Cut(Timestamp time) => new(time.Seconds / 2 * 2, 0);

    public IReadOnlyList<TreeEntry> ToEntries() =>
        TreeEntry.Finish(GetAll().Skip(1).Select((pair, index) => (Describe(pair.Path, pair.Node), (ulong)index)));

    private static TreeEntry Describe(string path, FatModelNode node)
    {
        bool isVisible = (node.Attributes & (node.IsDirectory ? 7 : 6)) != 0;
        int attributes = node.Attributes | (node.IsDirectory ? 0x10 : 0);
        return new TreeEntry
        {
            Path = TreeEntry.Escape(Encoding.UTF8.GetBytes(path)),
            Type = node.IsDirectory ? 'd' : '-',
            Mode = !node.IsDirectory && (node.Attributes & 1) != 0 ? ReadOnlyMode : Mode,
            Uid = 0,
            Gid = 0,
            Size = node.Content.Length,
            ModifiedTime = $"{node.Modified.Seconds}.000000000",
            ChangedTime = $"{node.Modified.Seconds}.000000000",
            Device = "",
            Target = "",
            Xattrs = isVisible ? string.Create(CultureInfo.InvariantCulture, $"system.ntfs_attrib={attributes:x2}000000") : "",
            LinkCount = node.IsDirectory ? 0 : 1,
            Sha256 = node.IsDirectory ? "" : Convert.ToHexStringLower(SHA256.HashData(node.Content)),
        };
    }

    private static IEnumerable<(string, FatModelNode)> Walk(string path, FatModelNode node)
    {
        yield return (path, node);
        foreach (FatModelNode child in node.Children.Values.OrderBy(static child => child.Name, StringComparer.Ordinal))
        {
            foreach ((string, FatModelNode) below in Walk($"{path}/{child.Name}", child))
                yield return below;
        }
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private bool Add(string path, FatModelNode node, Timestamp now)
    {
        (FatModelNode? parent, string name) = Split(path);
        if (parent is not { IsDirectory: true } || !parent.Children.TryAdd(name, node))
            return false;
        Touch(parent, now);
        return true;
    }

    private void Touch(FatModelNode directory, Timestamp now)
    {
        if (directory != Root)
            directory.Modified = Cut(now);
    }

    private (FatModelNode? Parent, string Name) Split(string path)
    {
        int slash = path.LastIndexOf('/');
        return (Find(path[..slash]), path[(slash + 1)..]);
    }
}
