using System.Text;
using Mig.Core;

namespace Mig.FileSystems.Tests;

/// <summary>What a walk does with trees that no honest file system has.</summary>
public class WalkTests
{
    [Fact]
    public void EachDirectoryComesBeforeWhatIsInIt()
    {
        var tree = new StrangeTree { [1] = [("etc", 2), ("a", 10)], [2] = [("ssh", 3), ("b", 10)], [3] = [] };
        Assert.Equal(["/etc", "/etc/ssh", "/etc/b", "/a"], tree.Walk().Select(found => found.ToString()));
    }

    [Fact]
    public void CircleEndsWhereItCloses()
    {
        var tree = new StrangeTree { [1] = [("a", 2), ("c", 10)], [2] = [("up", 1), ("self", 2)] };
        var damage = new DamageList();
        Assert.Equal(["/a", "/a/up", "/a/self", "/c"], tree.Walk(damage).Select(found => found.ToString()));
        Assert.Equal(["/a/up: FS-004", "/a/self: FS-004"], Codes(damage));
        Assert.Equal("FS-004", Assert.Throws<CorruptImageException>(() => tree.Walk().Count()).Code);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public void NameThatLeadsElsewhereIsLeftOut(string name)
    {
        var tree = new StrangeTree { [1] = [(name, 10), ("good", 11)] };
        var damage = new DamageList();
        Assert.Equal(["/good"], tree.Walk(damage).Select(found => found.ToString()));
        Assert.Equal([$"/{name}: FS-006"], Codes(damage));
        Assert.Equal("FS-006", Assert.Throws<CorruptImageException>(() => tree.Walk().Count()).Code);
    }

    [Fact]
    public void DepthAndNumberOfNamesHaveLimits()
    {
        var tree = new StrangeTree { [1] = [("a", 2)], [2] = [("b", 3)], [3] = [("c", 10)] };
        Limits two = Limits.Default with { MaxDirectoryDepth = 2 }, one = Limits.Default with { MaxDirectoryDepth = 1 };
        Assert.Equal(3, tree.Walk(limits: two).Count());
        Assert.Equal("FS-001", Assert.Throws<CorruptImageException>(() => tree.Walk(limits: one).Count()).Code);
        Assert.Equal(3, tree.Walk(limits: Limits.Default with { MaxDirectoryEntries = 3 }).Count());
        Assert.Equal("FS-002", Assert.Throws<CorruptImageException>(() =>
            tree.Walk(new DamageList(), Limits.Default with { MaxDirectoryEntries = 2 }).Count()).Code);
    }

    [Fact]
    public void DamageIsToldUnderItsPath()
    {
        // 20 has damaged names, 30 is a damaged node, 40 a damaged directory.
        var tree = new StrangeTree { [1] = [("etc", 2)], [2] = [("some", 20), ("node", 30), ("all", 40)], [20] = [("x", 10)], [40] = [] };
        var damage = new DamageList();
        Assert.Equal(["/etc", "/etc/some", "/etc/some/x", "/etc/all"], tree.Walk(damage).Select(found => found.ToString()));
        Assert.Equal(["/etc/some/bad: TEST-001", "/etc/node: TEST-002", "/etc/all: TEST-003"], Codes(damage));
        Assert.Equal("TEST-001", Assert.Throws<CorruptImageException>(() => tree.Walk().Count()).Code);
    }

    private static IEnumerable<string> Codes(DamageList damage) =>
        damage.Items.Select(item => $"{Encoding.UTF8.GetString(item.Name.Span)}: {item.Reason.Split(':')[0]}");

    // Nodes that have a list of names are directories.
    private sealed class StrangeTree : Dictionary<long, (string Name, long Node)[]>, IFileSystem
    {
        public FileSystemInfo Info => throw new NotSupportedException();

        public long RootNode => 1;

        public FileNode GetNode(long node, DamageList? damage = null) => node == 30
            ? throw new CorruptImageException("TEST-002", "a node")
            : new FileNode
            {
                Number = node,
                Type = ContainsKey(node) ? NodeType.Directory : NodeType.File,
                Mode = 0,
                Uid = 0,
                Gid = 0,
                Size = 0,
                ModifiedTime = default,
                ChangedTime = default,
                LinkCount = 1,
            };

        public IReadOnlyList<DirectoryEntry> ReadDirectory(long directory, DamageList? damage = null)
        {
            if (directory == 40)
                throw new CorruptImageException("TEST-003", "a directory");
            if (directory == 20)
            {
                var error = new CorruptImageException("TEST-001", "a name");
                if (damage is null)
                    throw error;
                damage.Add("bad"u8, error);
            }

            return [.. this[directory].Select(item => new DirectoryEntry(Encoding.UTF8.GetBytes(item.Name), item.Node))];
        }

        public IReadOnlyList<FileExtent> GetExtents(long file) => throw new NotSupportedException();

        public void ReadContent(long file, long offset, Span<byte> destination) => throw new NotSupportedException();

        public IEnumerable<ByteRange> GetFreeRanges() => throw new NotSupportedException();

        public void Watch(ISpaceWatcher watcher) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
