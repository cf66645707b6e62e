using Mig.Core;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>
/// Each named error of the writer, from an image that is wrong in just that way; what the file system says of itself is not to be trusted
/// blindly.
/// </summary>
public sealed class ExtWriterErrorTests(ExtSamples samples) : IClassFixture<ExtSamples>, IDisposable
{
    private const int FreeBlocks = 0x0C;
    private const int FreeInodes = 0x0E;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void BlocksThatAFileHasButTheBitmapDoesNot()
    {
        var patch = new ExtPatch([.. samples.Plain]);
        int block = patch.FirstBlock(patch.Find("file")) / ExtPatch.BlockSize;
        ClearBit(patch, BlockBitmap(patch), block - 1, FreeBlocks);
        AssertError("EXT4-111", patch, static writer => writer.Remove("/file"u8));
    }

    [Fact]
    public void AnInodeThatHasANameButIsFree()
    {
        var patch = new ExtPatch([.. samples.Plain]);
        ClearBit(patch, InodeBitmap(patch), patch.Find("file") - 1, FreeInodes);
        AssertError("EXT4-112", patch, static writer => writer.Remove("/file"u8));
    }

    [Fact]
    public void CountsThatDoNotAgreeWithBitmaps()
    {
        var patch = new ExtPatch([.. samples.Plain]);
        patch.Image[BlockBitmap(patch) + 60] ^= 1;
        AssertError("EXT4-113", patch, static writer => writer.CreateDirectory("/new"u8, WriterImage.Metadata));
        patch = new ExtPatch([.. samples.Plain]);
        patch.Image[InodeBitmap(patch) + 15] ^= 1;
        AssertError("EXT4-116", patch, static writer => writer.CreateDirectory("/new"u8, WriterImage.Metadata));
        patch = new ExtPatch([.. samples.Checksummed]);
        patch.Image[InodeBitmap(patch) + 15] ^= 1;
        AssertError("EXT4-115", patch, static writer => writer.CreateDirectory("/new"u8, WriterImage.Metadata));
        patch = new ExtPatch([.. samples.Plain]);
        patch.Set32(ExtPatch.Superblock + 0x0C, 0);
        AssertError("EXT4-128", patch, static writer => writer.CreateDirectory("/new"u8, WriterImage.Metadata));
    }

    [Fact]
    public void MetadataThatTheBitmapCallsFree()
    {
        var patch = new ExtPatch([.. samples.Plain]);
        ClearBit(patch, BlockBitmap(patch), (int)patch.U32(patch.Descriptor + 8) - 1, FreeBlocks);
        AssertError("EXT4-114", patch, static writer => writer.CreateDirectory("/new"u8, WriterImage.Metadata));
    }

    [Fact]
    public void AFileThatHoldsMetadata()
    {
        var patch = new ExtPatch([.. samples.Plain]);
        patch.Set32(patch.Inode(patch.Find("file")) + 0x28 + 12 + 8, patch.U32(patch.Descriptor + 8));
        AssertError("EXT4-117", patch, static writer => writer.Remove("/file"u8));
    }

    [Fact]
    public void AFileThatHoldsABlockTwice()
    {
        var patch = new ExtPatch([.. samples.Plain]);
        int extent = patch.FirstExtentNode(patch.Find("tree")) + 12;
        patch.Set32(extent + 12 + 8, patch.U32(extent + 8));
        AssertError("EXT4-120", patch, static writer => writer.Remove("/tree"u8));
    }

    [Fact]
    public void AFileAtAnotherPlaceInItsClusters()
    {
        string path = _folder.File("image");
        ExtImages.Make(path, "4M", "-t ext4 -b 1024 -N 64 -O bigalloc,^metadata_csum,^64bit,^has_journal,^resize_inode -C 8192");
        using (var image = new WriterImage(path))
        {
            image.Writer.CreateFile("/file"u8, WriterImage.Metadata, new MemorySource(new byte[3000]));
            image.Writer.Commit();
        }

        var patch = new ExtPatch(File.ReadAllBytes(path));
        int start = patch.Inode(patch.Find("file")) + 0x28 + 12 + 8;
        patch.Set32(start, patch.U32(start) + 1);
        AssertError("EXT4-118", patch, static writer => writer.Remove("/file"u8));
    }

    [Fact]
    public void IndexesThatAreNoTree()
    {
        var patch = new ExtPatch([.. samples.Indexed]);
        patch.Image[patch.FirstBlock(patch.Find("folder")) + 0x1E] = 9;
        AssertError("EXT4-121", patch, static writer => writer.Remove("/folder/a-file-with-quite-a-long-name-7"u8));

        string path = _folder.File("image");
        ExtImages.Make(path, "1M", "-t ext4 -b 1024 -N 128 -O ^has_journal,^resize_inode,^metadata_csum,^64bit");
        using (var mount = new LoopMount(path, "defaults"))
            Tool.RunScript("cd \"$1\"; mkdir folder; touch folder/a-file-with-quite-a-long-name-{1..80}; mkdir other", mount.Path);
        patch = new ExtPatch(File.ReadAllBytes(path));
        patch.Image[patch.FirstBlock(patch.Find("folder")) + 8] = (byte)'x';
        AssertError("EXT4-122", patch, static writer => writer.Rename("/folder"u8, "/other/folder"u8));
    }

    [Fact]
    public void DirectoriesWithoutAParentOrTooDeep()
    {
        var patch = new ExtPatch([.. samples.Plain]);
        patch.Image[patch.FirstBlock(patch.Find("folder")) + 12 + 8] = (byte)'x';
        AssertError("EXT4-124", patch, static writer =>
        {
            writer.CreateDirectory("/new"u8, WriterImage.Metadata);
            writer.Rename("/folder"u8, "/new/folder"u8);
        });
        patch = new ExtPatch([.. samples.Plain]) { Limits = Limits.Default with { MaxDirectoryDepth = 1 } };
        AssertError("EXT4-123", patch, static writer => writer.Remove("/folder/a-file-with-quite-a-long-name-7"u8));
    }

    [Fact]
    public void OrphansThatAreNone()
    {
        var patch = new ExtPatch([.. samples.Plain]);
        patch.Set32(ExtPatch.Superblock + 0xE8, 5);
        AssertError("EXT4-125", patch, static _ => { });
    }

    [Fact]
    public void MultiMountProtectionOutsideTheVolume()
    {
        string path = _folder.File("image");
        ExtImages.Make(path, "1M", "-t ext4 -b 1024 -N 128 -O mmp,^has_journal,^resize_inode,^metadata_csum,^64bit");
        var patch = new ExtPatch(File.ReadAllBytes(path));
        patch.Set32(ExtPatch.Superblock + 0x168, 5000);
        AssertError("EXT4-126", patch, static _ => { });
    }

    [Fact]
    public void AJournalThatReplacesItself()
    {
        var patch = new ExtPatch([.. samples.Journalled]);
        patch.SetBig32(ExtErrorTests.Journal(patch, 1) + 12, (uint)(ExtErrorTests.Journal(patch, 2) / ExtPatch.BlockSize));
        AssertError("EXT4-127", patch, static _ => { });
    }

    [Fact]
    public void EveryDocumentedErrorHasATest()
    {
        string source = DocumentedErrors.ReadText("tests/Mig.FileSystems.Tests/Ext/Writing/ExtWriterErrorTests.cs");
        var tested = System.Text.RegularExpressions.Regex.Matches(source, @"AssertError\(""(EXT4-[0-9]{3})""")
            .Select(static match => match.Groups[1].Value).Distinct();

        Assert.Equal(DocumentedErrors.Read("EXT4").Where(static code => string.CompareOrdinal(code, ExtErrorTests.FirstOfWriter) >= 0)
            .Order(), tested.Order());
    }

    public void Dispose() => _folder.Dispose();

    private static int BlockBitmap(ExtPatch patch) => (int)patch.U32(patch.Descriptor) * ExtPatch.BlockSize;

    private static int InodeBitmap(ExtPatch patch) => (int)patch.U32(patch.Descriptor + 4) * ExtPatch.BlockSize;

    private static void ClearBit(ExtPatch patch, int bitmap, int bit, int counter)
    {
        Assert.NotEqual(0, patch.Image[bitmap + (bit / 8)] & (1 << (bit % 8)));
        patch.Image[bitmap + (bit / 8)] ^= (byte)(1 << (bit % 8));
        patch.Set16(patch.Descriptor + counter, patch.U16(patch.Descriptor + counter) + 1);
    }

    private static void AssertError(string code, ExtPatch patch, Action<IFileSystemWriter> change)
    {
        byte[] before = [.. patch.Image];
        using var target = new MemoryTarget(patch.Image);
        var error = Assert.Throws<CorruptImageException>(() =>
        {
            using IFileSystemWriter writer = FileSystemFormats.OpenWriter(target, patch.Limits, new TestClock())!;
            change(writer);
        });
        Assert.Equal(code, error.Code);
        Assert.True(before.AsSpan().SequenceEqual(patch.Image), "the image was written to");
    }
}
