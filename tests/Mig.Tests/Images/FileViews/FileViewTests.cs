using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using JudgedEntry = Mig.Testing.FileSystems.TreeEntry;
using TreeEntry = Mig.History.Trees.TreeEntry;

namespace Mig.Tests.Images.FileViews;

/// <summary>What a version says of its files against what the kernel says of the same disk, mounted.</summary>
public sealed class FileViewTests : IDisposable
{
    private const uint VisibleAttributes = 0x6293C8FF;

    private readonly TestRepository _repository = new();

    [Theory]
    [InlineData("-t ext4 -b 4096", 12_000)]
    [InlineData("-t ext4 -b 1024 -O inline_data,ea_inode", 300)]
    [InlineData("-t ext2 -b 1024", 300)]
    public void TheFileViewIsWhatTheKernelShows(string options, int bigCount)
    {
        string disk = _repository.Files["disk"];
        Tool.Run("mke2fs", ["-F", "-q", .. options.Split(' '), disk, "64M"]);
        using (var mount = new LoopMount(disk, "defaults"))
            SampleTree.Fill(mount.Path, bigCount, isMounted: true);
        IReadOnlyList<JudgedEntry> expected;
        using (var mount = new LoopMount(disk, "ro"))
            expected = ReadMounted(mount.Path);

        _repository.AssertExact("disk");
        IReadOnlyList<JudgedEntry> actual = ReadView();
        Assert.True(expected.Count > bigCount / 2);
        TreeComparison.AssertEqual(expected, actual);
        _repository.AssertClean();

        // Negative control: another disk is not the same.
        using (var mount = new LoopMount(disk, "defaults"))
            File.AppendAllText(Path.Combine(mount.Path, "small"), "!");
        using (var mount = new LoopMount(disk, "ro"))
            Assert.NotNull(TreeComparison.FindDifference(ReadMounted(mount.Path), actual));
    }

    [Fact]
    public void ContentsComeOutAsSha256SumSaysTheyAre()
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk");
        using Repository repository = _repository.Open();
        var browser = new ImageBrowser(repository);
        foreach (string path in (string[])["etc/os-release", "usr/large", "usr/exact", "usr/above", "usr/sparse", "usr/second-name",
            "usr/share/doc/file0.txt", "usr/share/doc/file59.txt"])
        {
            ImagePath found = browser.Find($"HEAD:/{path}");
            using var content = new MemoryStream();
            browser.CopyContent(found, content, TestContext.Current.CancellationToken);
            string judged = Judge.Sha256(Path.Combine(TestDisks.Sources(_repository.Files), path));
            Assert.Equal(judged, ObjectId.Of(content.ToArray()).ToString());
            Assert.Equal(judged, found.Entry.Sha256!.Value.ToString());
        }
    }

    public void Dispose() => _repository.Dispose();

    // A version keeps no time of the last change of metadata: no program can set it.
    private static IReadOnlyList<JudgedEntry> ReadMounted(string folder) =>
        [.. HostTree.Read(folder, VisibleAttributes).Select(entry => entry with { ChangedTime = "" })];

    private IReadOnlyList<JudgedEntry> ReadView()
    {
        using Repository repository = _repository.Open();
        var browser = new ImageBrowser(repository);
        ImagePath root = browser.Find("HEAD:");
        var entries = new List<(JudgedEntry Entry, ulong Node)>();

        // Names of one node share the path of the first one, which a hard link says.
        var nodes = new Dictionary<string, ulong>();
        var raw = new Dictionary<string, TreeEntry>();
        CollectRaw(repository, root.Entry.Tree, "", raw);
        ILookup<string, string> linksTo = raw.ToLookup(item => Target(item.Key, item.Value), item => item.Key);
        foreach (ImagePath path in browser.ListAll(root))
        {
            string name = "/" + Encoding.Latin1.GetString(path.Path.Span);
            string target = Target(name, raw[name]);
            if (!nodes.TryGetValue(target, out ulong node))
                nodes.Add(target, node = (ulong)nodes.Count + 1);
            entries.Add((Describe(browser, path, linksTo[target].Count()), node));
        }

        return JudgedEntry.Finish(entries);
    }

    private static void CollectRaw(Repository repository, TreeId tree, string prefix, Dictionary<string, TreeEntry> found)
    {
        foreach (TreeEntry entry in TreeReader.ReadEntries(repository.Store, tree))
        {
            string path = prefix + "/" + Encoding.Latin1.GetString(entry.Name.Span);
            found.Add(path, entry);
            if (entry.Type == TreeEntryType.Directory)
                CollectRaw(repository, entry.Tree, path, found);
        }
    }

    private static string Target(string path, TreeEntry entry) =>
        entry.Type == TreeEntryType.HardLink ? Encoding.Latin1.GetString(entry.LinkTarget.Span) : path;

    private static JudgedEntry Describe(ImageBrowser browser, ImagePath path, int names)
    {
        TreeEntry entry = path.Entry;
        bool isFile = entry.Type == TreeEntryType.File, isFolder = entry.Type == TreeEntryType.Directory;
        if (isFile)
        {
            // The content, not what the tree says of it.
            using var hash = new HashStream();
            browser.CopyContent(path, hash, TestContext.Current.CancellationToken);
            Assert.Equal(entry.Sha256, hash.Finish());
            Assert.Equal(entry.Size, hash.Length);
        }

        return new JudgedEntry
        {
            Path = JudgedEntry.Escape([(byte)'/', .. path.Path.Span]),
            Type = "-dlcbps"[(int)entry.Type],
            Mode = entry.Mode,
            Uid = entry.Uid,
            Gid = entry.Gid,
            Size = isFile ? entry.Size : entry.LinkTarget.Length,
            ModifiedTime = $"{entry.ModifiedTime.Seconds}.{entry.ModifiedTime.Nanoseconds:d9}",
            Device = entry.Type is TreeEntryType.BlockDevice or TreeEntryType.CharacterDevice ? $"{entry.DeviceMajor}:{entry.DeviceMinor}"
                : "",
            Target = JudgedEntry.Escape(entry.LinkTarget.Span),
            Xattrs = JudgedEntry.Describe(entry.Xattrs.Select(xattr => (xattr.Name, xattr.Value))),
            Attributes = isFile || isFolder ? entry.Attributes & VisibleAttributes : 0,
            LinkCount = isFolder ? 0 : names,
            Sha256 = isFile ? entry.Sha256!.Value.ToString() : "",
        };
    }

    private sealed class HashStream : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public ObjectId Finish() => ObjectId.Finish(_hash);

        public override void Write(byte[] buffer, int offset, int count)
        {
            _hash.AppendData(buffer, offset, count);
            _length += count;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
