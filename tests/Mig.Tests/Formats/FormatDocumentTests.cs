using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Formats;

/// <summary>docs/format.md says all that a reader needs: one that was written from it, in another language, reads what mig wrote.</summary>
public sealed class FormatDocumentTests : IDisposable
{
    private readonly TestRepository _repository = new();

    internal static string Script => Checkout.PathOf("tests/Mig.Tests/Formats/read-repository.py");

    [Fact]
    public void ASecondReaderRebuildsTheDisk()
    {
        TestDisks.Gpt(_repository.Files, "disk.img");
        _repository.Commit("disk.img");
        Tool.Run("python3", Script, _repository.Folder, "disk", _repository.Files["out.img"]);
        Judge.AssertSame(_repository.Files["disk.img"], _repository.Files["out.img"]);
    }

    [Fact]
    public void ASecondReaderFindsTheFiles()
    {
        string sources = TestDisks.Sources(_repository.Files);
        TestDisks.FileSystem(_repository.Files, "disk.img", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk.img");
        string[] expected = Tool.Run("sh", "-c", $"cd '{sources}' && find . -type f -links 1 -exec sha256sum {{}} +")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] found = Tool.Run("python3", Script, _repository.Folder, "files").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(64, expected.Length);
        Assert.Empty(expected.Select(line => line.Replace("  ./", "  /", StringComparison.Ordinal)).Except(found));
    }

    [Fact]
    public void ASecondReaderReadsWhatASoundRestIs()
    {
        string disk = TestDisks.FileSystem(_repository.Files, "disk.img", "-t ext2 -b 1024", "8M");
        Tool.Run("debugfs", "-w", "-R", "sif usr/exact links_count 0", disk);
        _repository.Commit("disk.img");
        string found = Tool.Run("python3", Script, _repository.Folder, "files");
        Assert.Contains("  /usr/above\n", found, StringComparison.Ordinal);
        Assert.DoesNotContain("/usr/exact", found, StringComparison.Ordinal);
        Tool.Run("python3", Script, _repository.Folder, "disk", _repository.Files["out.img"]);
        Judge.AssertSame(disk, _repository.Files["out.img"]);
    }

    [Fact]
    public void ASecondReaderSeesAFlippedBit()
    {
        TestDisks.FileSystem(_repository.Files, "disk.img", "-t ext2 -b 1024", "8M");
        _repository.Commit("disk.img");
        string pack = Directory.GetFiles(Path.Combine(_repository.Folder, "packs"), "*.pack").MaxBy(path => new FileInfo(path).Length)!;
        byte[] bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(pack, bytes);
        (int exitCode, string output) = Tool.Try("python3", Script, _repository.Folder, "files");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("checksum", output, StringComparison.Ordinal);
    }

    public void Dispose() => _repository.Dispose();
}
