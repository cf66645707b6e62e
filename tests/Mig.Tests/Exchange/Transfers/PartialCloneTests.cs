using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>A clone without contents: they come when something reads them, and stay within the limit of the cache.</summary>
public sealed class PartialCloneTests : IDisposable
{
    private readonly TestRepository _there = new();
    private readonly TestFolder _files = new();

    private string Clone => _files["clone"];

    private string Cache => Path.Combine(Clone, "cache/content/packs");

    public PartialCloneTests()
    {
        TestDisks.FileSystem(_there.Files, "disk.img", "-t ext4 -b 4096", "24M");
        _there.Commit("disk.img");
        Mig("clone", "--bare", "--filter=content", _there.Folder, Clone);
    }

    [Fact]
    public void History_and_manifests_are_here_and_contents_come_when_they_are_read()
    {
        Assert.Contains("a version", Mig("--repo", Clone, "log"), StringComparison.Ordinal);
        Assert.Contains("large", Mig("--repo", Clone, "ls", "HEAD:/usr"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Cache));
        Assert.Contains("NAME=test", Mig("--repo", Clone, "cat", "HEAD:/etc/os-release"), StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(Cache));
        Mig("--repo", Clone, "checkout", "HEAD", "--export", _files["out.img"]);
        Judge.AssertSame(_there.Files["disk.img"], _files["out.img"]);
        Assert.Empty(TestRepository.Check(Clone).Problems);
    }

    [Fact]
    public void What_was_fetched_is_not_fetched_again_and_what_was_not_needs_the_remote()
    {
        Mig("--repo", Clone, "cat", "HEAD:/etc/os-release");
        Directory.Move(_there.Folder, _there.Folder + ".away");
        Assert.Contains("NAME=test", Mig("--repo", Clone, "cat", "HEAD:/etc/os-release"), StringComparison.Ordinal);
        (int exitCode, string output) = Tool.Try(MigProgram.Path, "--repo", Clone, "cat", "HEAD:/usr/large");
        Assert.NotEqual(0, exitCode);
        Assert.Contains(_there.Folder, output, StringComparison.Ordinal);
        Directory.Move(_there.Folder + ".away", _there.Folder);
        Assert.Equal(2_345_678, Mig("--repo", Clone, "ls", "-l", "HEAD:/usr/large").Contains("2345678", StringComparison.Ordinal)
            ? 2_345_678 : 0);
    }

    [Fact]
    public void The_cache_may_be_deleted_and_keeps_to_its_limit()
    {
        Mig("--repo", Clone, "config", "core.contentCacheLimit", "100000");
        Mig("--repo", Clone, "cat", "HEAD:/usr/large");
        foreach (string file in Directory.GetFiles(Cache))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        long before = Directory.GetFiles(Cache).Sum(file => new FileInfo(file).Length);
        Assert.True(before > 100_000, $"{before} bytes");
        Mig("--repo", Clone, "cat", "HEAD:/etc/os-release");
        Assert.True(Directory.GetFiles(Cache).Sum(file => new FileInfo(file).Length) < 100_000);
        Directory.Delete(Path.Combine(Clone, "cache"), recursive: true);
        Mig("--repo", Clone, "cat", "HEAD:/usr/large");
    }

    // What arrives damaged is never shown, whichever of the two ends it lies at.
    [Fact]
    public void A_damaged_cache_is_noticed()
    {
        Mig("--repo", Clone, "cat", "HEAD:/usr/large");
        string pack = Directory.GetFiles(Cache, "*.pack").Single();
        byte[] bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(pack, bytes);
        (int exitCode, string output) = Tool.Try(MigProgram.Path, "--repo", Clone, "cat", "HEAD:/usr/large");
        Assert.Equal(22, exitCode);
        Assert.Contains("PACK-001", output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _there.Dispose();
        _files.Dispose();
    }

    private static string Mig(params string[] arguments) => Tool.Run(MigProgram.Path, arguments);
}
