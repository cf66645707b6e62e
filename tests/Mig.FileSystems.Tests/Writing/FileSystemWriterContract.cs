using System.Text;
using Mig.Core;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Writing;

/// <summary>
/// What every <see cref="IFileSystemWriter"/> promises. Derive once per format; what only one format has is tested beside its writer.
/// </summary>
/// <remarks>All volumes hold the same tree, and noise wherever they are free, so that nothing is right by being zero.</remarks>
public abstract partial class FileSystemWriterContract : IDisposable
{
    private const int Seed = 20_261;
    private const int Ticks = 3; // FAT's times are even: so many of the clock's always show

    private static readonly MemorySource Empty = new(default);

    private readonly TemporaryFolder _folder = new();
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    protected FileSystemWriterContract()
    {
        for (int i = 1; i <= 30; i++)
            _files.Add($"/folder/kept{i}", MixedBytes.Make(i * 377, i));
        _files.Add("/folder/inner/leaf", MixedBytes.Make(2048, Seed));
        _files.Add("/other", MixedBytes.Make(20_001, Seed));
        _files.Add("/nothing", []);
    }

    /// <summary>Makes a volume with foreign tools. It holds what a folder holds, and at least 700 KiB are free.</summary>
    protected abstract void Make(string image, string folder);

    /// <summary>Returns what the foreign judge of a volume has to say; null when it finds nothing.</summary>
    protected abstract string? FindComplaint(string image);

    /// <summary>Copies all files out with foreign tools.</summary>
    protected abstract void CopyOut(string image, string folder);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private static byte[] Bytes(string path) => Encoding.ASCII.GetBytes(path);

    private static IFileSystemWriter Open(IByteTarget target, TimeProvider? clock = null) =>
        FileSystemFormats.OpenWriter(target, Limits.Default, clock ?? new TestClock())!;

    /// <summary>Returns the metadata that a test does not care about.</summary>
    private static NodeMetadata Plain(IFileSystemWriter writer, NodeType type = NodeType.File) =>
        writer.Fit(type, new NodeMetadata(type == NodeType.Directory ? 0x1ED : 0x1A4));

    private static List<ByteRange> GetFree(byte[] image)
    {
        using IFileSystem fileSystem = FileSystemFormats.Open(new MemorySource(image), Limits.Default)!;
        return [.. fileSystem.GetFreeRanges()];
    }

    /// <summary>Checks that nothing but ranges that were free have other bytes than before.</summary>
    private static void AssertSameBut(List<ByteRange> free, byte[] before, byte[] after)
    {
        byte[] masked = [.. after];
        foreach (ByteRange range in free)
            before.AsSpan((int)range.Offset, (int)range.Length).CopyTo(masked.AsSpan((int)range.Offset));
        Assert.True(before.AsSpan().SequenceEqual(masked), "something has changed that was not free");
    }

    /// <summary>Makes a volume with the tree and the noise.</summary>
    private byte[] MakeVolume()
    {
        string source = Directory.CreateDirectory(_folder.File("source")).FullName;
        Directory.CreateDirectory(source + "/empty");
        Directory.CreateDirectory(source + "/folder/bare");
        foreach ((string path, byte[] content) in _files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(source + path)!);
            File.WriteAllBytes(source + path, content);
        }

        Make(_folder.File("image"), source);
        byte[] image = File.ReadAllBytes(_folder.File("image"));
        var random = new Random(Seed);
        List<ByteRange> free = GetFree(image);
        Assert.True(free.Sum(static range => range.Length) > 700 << 10, "the volume is too small for the contract");
        foreach (ByteRange range in free)
            random.NextBytes(image.AsSpan((int)range.Offset, (int)range.Length));
        return image;
    }

    /// <summary>Checks that a view has the files that are expected, and no others.</summary>
    private void AssertFiles(IFileSystem view)
    {
        var found = new List<string>();
        var pending = new Stack<(string Path, long Node)>([("", view.RootNode)]);
        while (pending.TryPop(out (string Path, long Node) directory))
        {
            foreach (DirectoryEntry entry in view.ReadDirectory(directory.Node))
            {
                string path = $"{directory.Path}/{Encoding.ASCII.GetString(entry.Name.Span)}";
                FileNode node = view.GetNode(entry.Node);
                if (node.Type == NodeType.Directory)
                {
                    pending.Push((path, entry.Node));
                    continue;
                }

                byte[] content = new byte[node.Size];
                view.ReadContent(entry.Node, 0, content);
                Assert.True(_files.TryGetValue(path, out byte[]? expected), $"{path} is not expected");
                Assert.True(expected.AsSpan().SequenceEqual(content),
                    $"{path} of {expected.Length} bytes has {content.Length}, or other ones");
                found.Add(path);
            }
        }

        Assert.Equal(_files.Keys, found.Order(StringComparer.Ordinal));
    }

    /// <summary>Checks the files through the writer, commits, and shows the volume to mig's reader and to foreign tools.</summary>
    private void CommitAndJudge(IFileSystemWriter writer, MemoryTarget target)
    {
        using (IFileSystem view = writer.Read())
            AssertFiles(view);
        writer.Commit();
        using (IFileSystem view = writer.Read())
            AssertFiles(view);
        string? complaint = Judge(target.Bytes);
        Assert.True(complaint is null, complaint);
    }

    /// <summary>Asks mig's reader, which reads by extents too, and the foreign tools.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    private string? Judge(byte[] bytes)
    {
        string image = _folder.File("judged");
        File.WriteAllBytes(image, bytes);
        if (FindComplaint(image) is { } complaint)
            return complaint;
        VolumeTree.Read(image, 0); // extents and content agree
        using (IFileSystem fileSystem = FileSystemFormats.Open(new MemorySource(bytes), Limits.Default)!)
            AssertFiles(fileSystem);

        string copied = _folder.File("copied");
        if (Directory.Exists(copied))
            Directory.Delete(copied, recursive: true); // an earlier round's
        Directory.CreateDirectory(copied);
        CopyOut(image, copied);
        var found = Directory.EnumerateFiles(copied, "*", SearchOption.AllDirectories)
            .ToDictionary(path => path[copied.Length..], File.ReadAllBytes);
        if (!_files.Keys.SequenceEqual(found.Keys.Order(StringComparer.Ordinal)))
            return $"copied out were {string.Join(' ', found.Keys)}";
        return _files.FirstOrDefault(pair => !pair.Value.AsSpan().SequenceEqual(found[pair.Key])) is { Key: { } other }
            ? $"{other} is copied out otherwise" : null;
    }
}
