using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Images.Extract;
using Mig.Store;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Extract;

/// <summary>Trees that no honest mig has written: names and links that would lead out of the destination.</summary>
public sealed class HostileNameTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly TestFolder _folder = new();

    public static TheoryData<string> BadNames => ["", ".", "..", "../out", "a/b", "/etc/passwd", "a\0b", new string('n', 1025)];

    [Theory]
    [MemberData(nameof(BadNames))]
    public void ANameThatCanStandNowhereIsRefused(string name)
    {
        ImagePath root = Make(writer => [Blob(writer, name)]);
        foreach (Action extract in Ways(root))
            Assert.StartsWith("OBJ-011", Assert.Throws<CorruptStoreException>(extract).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    // NTFS has such names.
    [Fact]
    public void ANameThatIsTooLongHereIsRefused()
    {
        ImagePath root = Make(writer => [Blob(writer, new string('n', 256))]);
        foreach (Action extract in Ways(root))
            Assert.StartsWith("EXTRACT-001", Assert.Throws<CorruptImageException>(extract).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public void ALinkToNowhereIsRefused(string target)
    {
        ImagePath root = Make(_ => [Link("link", target)]);
        foreach (Action extract in Ways(root))
            Assert.StartsWith("OBJ-011", Assert.Throws<CorruptStoreException>(extract).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LinksComeOutAsLinksAndAreNotFollowed()
    {
        // The link leads out of the destination, and a directory whose name begins like it stands beside it.
        ImagePath root = Make(writer =>
            [Link("dir", "/nonexistent/../tmp"), Folder(writer, "dir2", [Blob(writer, "file"), Link("up", "../../..")])]);
        using Repository repository = _repository.Open();
        new FolderExtractor(repository)
            .Extract(new ExtractRequest { Sources = [root] }, _folder["out"], TestContext.Current.CancellationToken);
        Assert.Equal("/nonexistent/../tmp", new FileInfo(_folder["out/dir"]).LinkTarget);
        Assert.Equal("../../..", new FileInfo(_folder["out/dir2/up"]).LinkTarget);
        Assert.Equal("x", File.ReadAllText(_folder["out/dir2/file"]));
    }

    [Fact]
    public void TwoOfOneNameAreRefused()
    {
        // A link, then a directory of the same name, through which a file would be written.
        ImagePath root = Make(writer => [Link("dir", _folder.Path), Folder(writer, "dir", [Blob(writer, "planted")])]);
        foreach (Action extract in Ways(root))
            Assert.StartsWith("OBJ-004", Assert.Throws<CorruptStoreException>(extract).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void AHardLinkNamesAFileOfItsVolumeOnly()
    {
        foreach (string target in (string[])["/../../etc/passwd", "/missing", "/", "/dir"])
        {
            ImagePath root = Make(writer =>
                [Folder(writer, "dir", []), new TreeEntry { Name = "z"u8.ToArray(), Type = TreeEntryType.HardLink,
                LinkTarget = Bytes(target) }]);
            foreach (Action extract in Ways(root))
                Assert.StartsWith("OBJ-008", Assert.Throws<CorruptStoreException>(extract).Message, StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        _repository.Dispose();
    }

    private IEnumerable<Action> Ways(ImagePath root)
    {
        var request = new ExtractRequest { Sources = [root] };
        using Repository repository = _repository.Open();
        yield return () => new FolderExtractor(repository).Extract(request, _folder["out"], TestContext.Current.CancellationToken);
        foreach (string format in (string[])["tar", "tar.zst", "cpio"])
            yield return () => new ArchiveExtractor(repository)
                .Extract(request, Stream.Null, format, TestContext.Current.CancellationToken);
    }

    private ImagePath Make(Func<ObjectWriter, TreeEntry[]> entries)
    {
        using Repository repository = _repository.Open();
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        TreeEntry root = Folder(writer, "", entries(writer));
        writer.Complete();
        var volume = new ImageVolume(0, new ByteRange(0, 0), "", "", "ext4", "", "", root, "");
        return new ImagePath(new ImageDisk("disk", 0, "none", 512, null, [volume]), volume, default, root);
    }

    private static TreeEntry Folder(ObjectWriter writer, string name, TreeEntry[] entries) =>
        new() { Name = Bytes(name), Type = TreeEntryType.Directory, Mode = 0x1ED, Tree = new TreeWriter(writer).Write(entries) };

    private static TreeEntry Blob(ObjectWriter writer, string name) =>
        new() { Name = Bytes(name), Type = TreeEntryType.File, Mode = 0x1A4, Size = 1, Sha256 = Store(writer) };

    private static ObjectId Store(ObjectWriter writer)
    {
        ObjectId id = ObjectId.Of("x"u8);
        writer.AddBlob(new BlobId(id), "x"u8, default);
        return id;
    }

    private static TreeEntry Link(string name, string target) =>
        new() { Name = Bytes(name), Type = TreeEntryType.SymbolicLink, Mode = 0x1FF, LinkTarget = Bytes(target) };

    private static byte[] Bytes(string text) => System.Text.Encoding.Latin1.GetBytes(text);
}
