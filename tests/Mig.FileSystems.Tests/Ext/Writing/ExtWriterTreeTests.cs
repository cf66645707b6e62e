using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>Structures that are large enough to have levels: indexes of directories, extent trees, block maps.</summary>
public sealed class ExtWriterTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("-t ext4 -b 1024 -N 3000", "half_md4", "")]
    [InlineData("-t ext4 -b 1024 -N 3000 -O ^metadata_csum", "tea", "")]
    [InlineData("-t ext3 -b 1024 -N 3000", "legacy", "")]
    [InlineData("-t ext4 -b 1024 -N 3000", "half_md4", "ssv flags 2")]
    [InlineData("-t ext4 -b 1024 -N 3000", "legacy", "ssv flags 2")]
    [InlineData("-t ext4 -b 1024 -N 3000", "half_md4", "ssv hash_seed 00000000-0000-0000-0000-000000000000")]
    [InlineData("-t ext4 -b 4096 -N 3000 -O ^dir_index", "half_md4", "")]
    public void DirectoriesOfManyNamesAreFoundByTheKernel(string options, string hash, string change)
    {
        const int count = 3_500;
        string path = _folder.File("image");
        ExtImages.Make(path, "48M", options);
        Tool.Read("tune2fs", "-E", $"hash_alg={hash}", path);
        if (change.Length > 0)
            Tool.Read("debugfs", "-w", "-R", change, path);
        using var image = new WriterImage(path);
        image.Writer.CreateDirectory("/many"u8, new NodeMetadata(0x1ED));
        image.Writer.CreateSpecial("/original"u8, NodeType.Fifo, 0, 0, WriterImage.Metadata); // no content, which would only take time
        for (int i = 0; i < count; i++)
        {
            if (i % 4 == 0)
                image.Writer.CreateSpecial(Name(i), NodeType.Socket, 0, 0, WriterImage.Metadata);
            else
                image.Writer.CreateHardLink("/original"u8, Name(i));
        }

        Assert.Equal(count + 3, image.CommitAndJudge().Count); // the kernel looks each of them up by its hash
        if (!options.Contains("^dir_index", StringComparison.Ordinal))
            Assert.Contains("Indirect levels: 1", Tool.Read("debugfs", "-R", "htree_dump /many", path), StringComparison.Ordinal);

        for (int i = 0; i < count; i++)
        {
            if (i % 3 != 0)
                image.Writer.Remove(Name(i));
        }

        image.Writer.Rename(Name(0), Name(1));
        Assert.Equal(((count + 2) / 3) + 3, image.CommitAndJudge().Count);

        // What the kernel then adds and removes is as if it had made the index itself.
        using (var mount = new LoopMount(path, "defaults"))
            Tool.RunScript("cd \"$1\"/many; for i in $(seq 1 400); do : > kernel-$i; done; rm kernel-*7", mount.Path);
        Assert.Null(ExtImages.FindComplaint(path));
    }

    [Theory]
    [InlineData("-t ext4 -b 1024")]
    [InlineData("-t ext4 -b 1024 -O ^metadata_csum")]
    [InlineData("-t ext4 -b 1024 -O bigalloc -C 4096")]
    [InlineData("-t ext2 -b 1024")]
    [InlineData("-t ext3 -b 4096")]
    public void FilesInManyPiecesGrowAndShrink(string options)
    {
        const int pieces = 600;
        const int piece = 8192;
        string path = _folder.File("image");
        using var image = WriterImage.Make(path, "32M", options);
        byte[] content = new byte[pieces * piece];
        for (int i = 0; i < pieces; i++)
            content[i * piece] = (byte)(i % 255 + 1);
        image.Writer.CreateFile("/pieces"u8, WriterImage.Metadata, new HoleySource(content, 1024));
        AssertContent(image, content);
        if (options.StartsWith("-t ext4", StringComparison.Ordinal))
            Assert.Contains("Level Entries", Tool.Read("debugfs", "-R", "extents /pieces", path), StringComparison.Ordinal);

        image.Writer.Append("/pieces"u8, new HoleySource(content, 1024));
        content = [.. content, .. content];
        AssertContent(image, content);
        foreach (int length in (int[])[content.Length - 1, (pieces * piece) + 5000, 400 * piece, (100 * piece) + 3, 4 * piece, 1, 0])
        {
            image.Writer.SetLength("/pieces"u8, length);
            AssertContent(image, content[..length]);
        }

        image.Writer.SetLength("/pieces"u8, 100);
        AssertContent(image, new byte[100]);
    }

    [Theory]
    [InlineData("-t ext4 -b 1024")]
    [InlineData("-t ext2 -b 1024")]
    [InlineData("-t ext2 -b 4096 -O ^large_file")]
    public void ContentFarBehindHolesIsFoundAgain(string options)
    {
        using var image = WriterImage.Make(_folder.File("image"), "16M", options);
        long[] places = [0, 300_000, 80L << 20, 5L << 30, 12L << 30];
        image.Writer.CreateFile("/far"u8, WriterImage.Metadata, new FarSource(places, (12L << 30) + 5000));
        image.Writer.Commit();

        Assert.Null(ExtImages.FindComplaint(image.Path));
        using (var mount = new LoopMount(image.Path, "ro"))
        {
            using FileStream file = File.OpenRead(Path.Combine(mount.Path, "far"));
            Assert.Equal((12L << 30) + 5000, file.Length);
            foreach (long place in places)
            {
                file.Position = place;
                Assert.Equal(FarSource.Mark, file.ReadByte());
                Assert.Equal(0, file.ReadByte());
            }
        }

        image.Writer.SetLength("/far"u8, 6L << 30);
        image.Writer.Commit();
        Assert.Null(ExtImages.FindComplaint(image.Path));
        image.Writer.Remove("/far"u8);
        image.CommitAndJudge();
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Name(int i) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/many/{new string((char)('a' + (i % 26)), i % 30)}{i}"));

    private static void AssertContent(WriterImage image, byte[] content)
    {
        TreeEntry entry = image.CommitAndJudge().Single(static entry => entry.Path == "/pieces");
        Assert.Equal(content.Length, entry.Size);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), entry.Sha256);
    }

    /// <summary>Zeros with a mark here and there, and nothing else stored.</summary>
    private sealed class FarSource(long[] places, long length) : IByteSource
    {
        public const byte Mark = 0x5A;

        public long Length => length;

        public void ReadExactly(long offset, Span<byte> destination)
        {
            destination.Clear();
            foreach (long place in places)
            {
                if (place >= offset && place < offset + destination.Length)
                    destination[(int)(place - offset)] = Mark;
            }
        }

        public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => places.Select(static place => new ByteRange(place, 1));

        public void Dispose()
        {
        }
    }
}
