using Mig.Core.Host;
using Mig.Testing;

namespace Mig.Core.Tests.Host;

public sealed class FileFaultTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void StepsAreCountedBelowTheFolderAlone()
    {
        Directory.CreateDirectory(_folder["a"]);
        Directory.CreateDirectory(_folder["ab"]);
        using var fault = FileFault.Install(_folder["a"], 0);
        WriteAndSync(_folder["ab/file"]);
        Assert.Equal(0, fault.Steps);
        WriteAndSync(_folder["a/file"]);
        Assert.Equal(3, fault.Steps);
        HostFiles.Move(_folder["a/file"], _folder["a/other"]);
        HostFiles.SyncFolder(_folder["a"]);
        Assert.Equal("abcdefgh"u8, HostFiles.ReadAllBytes(_folder["a/other"]));
        HostFiles.Delete(_folder["a/other"]);
        Assert.Equal(8, fault.Steps);
        Assert.Equal(0, fault.Failures);
    }

    [Theory]
    [InlineData(1, "Create", -1)]
    [InlineData(2, "Write", 4)]
    [InlineData(3, "Sync", 8)]
    public void AStepFailsWithItsError(int number, string step, long length)
    {
        string path = _folder["file"];
        using var fault = FileFault.Install(_folder.Path, number, Errno.QuotaUsedUp);
        IOException e = Assert.Throws<IOException>(() => WriteAndSync(path));
        Assert.Equal(Errno.QuotaUsedUp, e.HResult);
        Assert.Equal($"Disk quota exceeded : '{path}'", e.Message);
        Assert.Equal($"{step} {path}", fault.First);
        Assert.Equal(length, File.Exists(path) ? new FileInfo(path).Length : -1);
        WriteAndSync(_folder["another"]); // once
    }

    [Fact]
    public void AFullDiskStaysFullButGivesUpWhatIsDeleted()
    {
        WriteAndSync(_folder["file"]);
        using (FileFault.Install(_folder.Path, 1, lasts: true))
        {
            Assert.Throws<IOException>(() => WriteAndSync(_folder["other"]));
            Assert.Throws<IOException>(() => WriteAndSync(_folder["other"]));
            HostFiles.Delete(_folder["file"]);
        }

        WriteAndSync(_folder["other"]);
    }

    [Fact]
    public void EveryThreadIsReached()
    {
        using var fault = FileFault.Install(_folder.Path, 1, Errno.InputOutput);
        IOException? seen = null;
        var thread = new Thread(() => seen = Record.Exception(() => WriteAndSync(_folder["file"])) as IOException);
        thread.UnsafeStart();
        thread.Join();
        Assert.Equal(Errno.InputOutput, seen?.HResult);
    }

    [Theory]
    [InlineData("pack-0123456789abcdef0123456789abcdef", true)]
    [InlineData("pack-0123456789abcdef0123456789abcde", false)]
    [InlineData("pack-0123456789ABCDEF0123456789abcdef", false)]
    [InlineData("-0123456789abcdef0123456789abcdef", false)]
    [InlineData("my.file-0123456789abcdef0123456789abcdef", false)]
    [InlineData("0123456789abcdef0123456789abcdef", false)]
    [InlineData("notes.txt", false)]
    public void TemporaryNamesAreTold(string name, bool isOne) => Assert.Equal(isOne, TemporaryName.IsOne(name));

    [Fact]
    public void ATemporaryNameIsOne() => Assert.True(TemporaryName.IsOne(TemporaryName.Create("index")));

    public void Dispose() => _folder.Dispose();

    private static void WriteAndSync(string path)
    {
        using HostFile file = HostFile.CreateNew(path);
        file.Write("abcdefgh"u8, 0);
        file.Sync();
    }
}
