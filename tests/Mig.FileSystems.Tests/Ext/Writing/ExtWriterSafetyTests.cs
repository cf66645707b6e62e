using Mig.Core;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>What must not happen: blocks that change without need. What holds for every format is in the contract.</summary>
public sealed class ExtWriterSafetyTests : IDisposable
{
    private const int Block = 1024;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("-t ext4 -b 1024")]
    [InlineData("-t ext2 -b 1024")]
    public void OnlyTheBlocksOfWhatChangesAreWritten(string options)
    {
        byte[] image = MakeNoisy(options);
        byte[] before = [.. image];
        using var target = new MemoryTarget(image);
        using (IFileSystemWriter writer = Open(target))
        {
            writer.CreateFile("/folder/new"u8, WriterImage.Metadata, new MemorySource(new byte[5000]));
            writer.Append("/folder/kept3"u8, new MemorySource(new byte[10]));
            writer.Remove("/folder/kept5"u8);
            writer.Commit();
        }

        string after = _folder.File("after");
        File.WriteAllBytes(after, image);
        HashSet<long> allowed = [.. Metadata(after), .. BlocksOf(after, "/folder/new"), .. BlocksOf(after, "/folder/kept3"),
            .. BlocksOf(after, "/folder")];
        var changed = Enumerable.Range(0, image.Length / Block).Where(i =>
            !image.AsSpan(i * Block, Block).SequenceEqual(before.AsSpan(i * Block, Block))).Select(static i => (long)i).ToList();

        Assert.NotEmpty(changed);
        Assert.Empty(changed.Except(allowed));
        Assert.Null(ExtImages.FindComplaint(after));
    }

    [Fact]
    public void AFewChangesInALargeImageReadAndWriteLittle()
    {
        string path = _folder.File("image");
        ExtImages.Make(path, "8G", "-t ext4 -E lazy_itable_init=1,lazy_journal_init=1");
        using FileTarget file = FileTarget.Open(path);
        using var counting = new CountingTarget(file);
        using (IFileSystemWriter writer = Open(counting))
        {
            writer.CreateDirectory("/etc"u8, new NodeMetadata(0x1ED));
            for (byte i = 0; i < 3; i++)
                writer.CreateFile([.. "/etc/file"u8, (byte)(i + 48)], WriterImage.Metadata, new MemorySource(new byte[3000]));
            writer.Commit();
        }

        Assert.Null(ExtImages.FindComplaint(path));
        Assert.InRange(counting.BytesRead, 1, 256 << 10);
        Assert.InRange(counting.BytesWritten, 1, 128 << 10);
    }

    [Fact]
    public void TheJudgesObject()
    {
        string path = _folder.File("image");
        using (WriterImage image = WriterImage.Make(path, "8M", "-t ext4 -b 1024"))
        {
            image.Writer.CreateFile("/file"u8, WriterImage.Metadata, new MemorySource(new byte[5000]));
            image.CommitAndJudge();
        }

        string[] damages = ["sif /file links_count 2", "freei /file", "clri /file", "sif /file block[0] 7", "set_bg 0 free_blocks_count 1",
            "ssv free_inodes_count 3", "unlink /file"];
        foreach (string damage in damages)
        {
            string damaged = _folder.File("damaged");
            File.Copy(path, damaged, overwrite: true);
            Tool.Read("debugfs", "-w", "-R", damage, damaged);
            Assert.True(ExtImages.FindComplaint(damaged) is not null, damage);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static IFileSystemWriter Open(IByteTarget target) => FileSystemFormats.OpenWriter(target, Limits.Default, new TestClock())!;

    private static List<ByteRange> GetFree(IByteSource volume)
    {
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        return [.. fileSystem.GetFreeRanges()];
    }

    /// <summary>A small file system with noise in every block that is free.</summary>
    private byte[] MakeNoisy(string options)
    {
        string path = _folder.File("noisy");
        ExtImages.Make(path, "8M", options);
        using (var mount = new LoopMount(path, "defaults"))
            Tool.RunScript("cd \"$1\"; mkdir folder; for i in {1..30}; do seq 1 $((i * 100)) > folder/kept$i; done; seq 1 2000 > other",
                mount.Path);
        byte[] image = File.ReadAllBytes(path);
        var random = new Random(5);
        foreach (ByteRange range in GetFree(new MemorySource(image)))
            random.NextBytes(image.AsSpan((int)range.Offset, (int)range.Length));
        return image;
    }

    // Superblock, descriptors, bitmaps, inode tables: what dumpe2fs says of the groups.
    private static HashSet<long> Metadata(string image)
    {
        var blocks = new HashSet<long> { 1 };
        foreach (string line in Tool.Read("dumpe2fs", image).Split('\n'))
        {
            foreach (System.Text.RegularExpressions.Match match in System.Text.RegularExpressions.Regex.Matches(
                line, @"(?:Primary superblock at \d+, Group descriptors|lock bitmap|node bitmap|node table) at (\d+)(?:-(\d+))?"))
            {
                long first = long.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
                long last = match.Groups[2].Success ? long.Parse(match.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture)
                    : first;
                for (long block = first; block <= last; block++)
                    blocks.Add(block);
            }
        }

        return blocks;
    }

    private static IEnumerable<long> BlocksOf(string image, string path) =>
        Tool.Read("debugfs", "-R", $"blocks {path}", image)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(static text => text.Length > 0)
                .Select(static text => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    private sealed class CountingTarget(IByteTarget inner) : IByteTarget
    {
        public long BytesRead { get; private set; }

        public long BytesWritten { get; private set; }

        public long Length => inner.Length;

        public void ReadExactly(long offset, Span<byte> destination)
        {
            BytesRead += destination.Length;
            inner.ReadExactly(offset, destination);
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            BytesWritten += bytes.Length;
            inner.Write(offset, bytes);
        }

        public void Zero(ByteRange range) => inner.Zero(range);

        public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => inner.GetStoredRanges(within);

        public void Flush() => inner.Flush();

        public void Dispose()
        {
        }
    }
}
