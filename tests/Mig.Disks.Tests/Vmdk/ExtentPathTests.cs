using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Vmdk;

/// <summary>A descriptor comes from a stranger: it opens files in its own folder, or nothing.</summary>
public class ExtentPathTests
{
    [Theory]
    [InlineData("/etc/hostname")]
    [InlineData("../secret.bin")]
    [InlineData("sub/data.bin")]
    [InlineData("./data.bin")]
    [InlineData("..\\data.bin")]
    [InlineData("link-out")]
    [InlineData("link-to-link-out")]
    [InlineData("folder")]
    [InlineData("pipe")]
    [InlineData("device")]
    public void FilesElsewhereAreRefused(string name)
    {
        using TestFolder folder = MakeFolder();
        var e = Assert.Throws<UnsupportedFeatureException>(() => Open(folder, name, DiskOpenOptions.Default));
        Assert.Contains($"\"{name}\"", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data.bin")]
    [InlineData("link-in")]
    public void FilesInTheFolderAreOpened(string name)
    {
        using TestFolder folder = MakeFolder();
        using DiskImage disk = Open(folder, name, DiskOpenOptions.Default);
        Assert.Equal(512, disk.Content.Length);
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("sub/data.bin")]
    [InlineData("link-out")]
    public void TheUserMayAllowMore(string name)
    {
        using TestFolder folder = MakeFolder();
        using DiskImage disk = Open(folder, name, new DiskOpenOptions { AllowedFolders = [folder.Path, "/dev"] });
        Assert.Equal(512, disk.Content.Length);
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("link-out")]
    [InlineData("../images-too/secret.bin")]
    [InlineData("sub/link-out")]
    [InlineData("../gone/secret.bin")]
    public void AndNothingElse(string name)
    {
        using TestFolder folder = MakeFolder();
        Directory.CreateDirectory(folder["images-too"]);
        folder.Write("images-too/secret.bin", new byte[512]);
        File.CreateSymbolicLink(folder["images/sub/link-out"], "../../secret.bin");
        var e = Assert.Throws<UnsupportedFeatureException>(() =>
            Open(folder, name, new DiskOpenOptions { AllowedFolders = [folder["images"], folder["images/sub"], folder["missing"]] }));
        Assert.Contains("--allow-base '", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AdviceCanBePasted()
    {
        using TestFolder folder = MakeFolder();
        Directory.CreateDirectory(folder["it's; here"]);
        folder.Write("it's; here/secret.bin", new byte[512]);
        var e = Assert.Throws<UnsupportedFeatureException>(() => Open(folder, "../it's; here/secret.bin", DiskOpenOptions.Default));
        Assert.Contains($"--allow-base '{folder.Path}/it'\\''s; here' ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DevicesAreRefusedEvenThen()
    {
        using TestFolder folder = MakeFolder();
        Assert.Throws<UnsupportedFeatureException>(() =>
            Open(folder, "/dev/null", new DiskOpenOptions { AllowedFolders = [folder.Path, "/dev"] }));
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        using TestFolder folder = MakeFolder();
        Assert.Contains("gone.bin", Assert.Throws<NotFoundException>(() => Open(folder, "gone.bin", DiskOpenOptions.Default)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderReachedThroughALinkIsStillOne()
    {
        using TestFolder folder = MakeFolder();
        Directory.CreateSymbolicLink(folder["alias"], folder["images"]);
        folder.Write("images/disk.vmdk", Text("data.bin"));
        using DiskImage disk = DiskFormats.Open(folder["alias/disk.vmdk"], null, Limits.Default);
        Assert.Equal(512, disk.Content.Length);
    }

    private static TestFolder MakeFolder()
    {
        var folder = new TestFolder();
        Directory.CreateDirectory(folder["images/sub"]);
        Directory.CreateDirectory(folder["images/folder"]);
        byte[] sector = new byte[512];
        folder.Write("secret.bin", sector);
        folder.Write("images/data.bin", sector);
        folder.Write("images/sub/data.bin", sector);
        File.CreateSymbolicLink(folder["images/link-out"], "../secret.bin");
        File.CreateSymbolicLink(folder["images/link-to-link-out"], "link-out");
        File.CreateSymbolicLink(folder["images/link-in"], "data.bin");
        Tool.Run("mkfifo", folder["images/pipe"]);
        Tool.Run("mknod", folder["images/device"], "b", "7", "0");
        return folder;
    }

    private static DiskImage Open(TestFolder folder, string name, DiskOpenOptions options) =>
        DiskFormats.Open(folder.Write("images/disk.vmdk", Text(name)), null, Limits.Default, options);

    private static string Text(string name) =>
        $"# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 1 FLAT \"{name}\" 0\n";
}
