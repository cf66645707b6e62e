using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Qcow2;

/// <summary>What QEMU writes is read as QEMU reads it.</summary>
public class Qcow2ReadTests
{
    private const int Length = (3 << 20) + 512;

    public static TheoryData<string> Options =>
    [
        "compat=0.10", "compat=1.1", "cluster_size=512", "cluster_size=4k", "cluster_size=2M", "refcount_bits=1", "lazy_refcounts=on",
        "preallocation=metadata", "preallocation=falloc", "preallocation=full", "extended_l2=on", "extended_l2=on,cluster_size=16k",
        "extended_l2=on,cluster_size=2M",
        "compression_type=zstd",
    ];

    public static TheoryData<string> CompressedOptions =>
        ["cluster_size=512", "cluster_size=64k", "cluster_size=2M", "compat=0.10", "compression_type=zstd",
            "compression_type=zstd,cluster_size=2M", "compression_type=zstd,cluster_size=512", "compression_type=zstd,extended_l2=on"];

    [Theory]
    [MemberData(nameof(Options))]
    public void ConvertedDisks(string options) => Convert(options);

    [Theory]
    [MemberData(nameof(CompressedOptions))]
    public void CompressedDisks(string options) => Convert(options, "-c");

    [Theory]
    [MemberData(nameof(Options))]
    public void DisksThatWereWrittenHereAndThere(string options)
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, folder["disk.qcow2"], $"{Length}");
        List<string> commands = ["write -P 1 0 512", "write -P 2 70000 3000", "write -P 3 1M 300k", "write -P 4 3145728 512",
            "write -P 9 2M 64k"];
        if (!options.Contains("0.10", StringComparison.Ordinal))
            commands.AddRange(["write -z 1100k 100k", "write -z -u 1M 4k", "discard 2M 64k"]);
        AssertAsQemu(folder, commands);
    }

    [Theory]
    [InlineData("qcow2", "cluster_size=64k")]
    [InlineData("qcow2", "extended_l2=on")]
    [InlineData("raw", "cluster_size=4k")]
    [InlineData("vmdk", "extended_l2=on,cluster_size=16k")]
    public void OverlaysShowWhatIsUnderThem(string format, string options)
    {
        using var folder = new TestFolder();
        string raw = folder.Write("raw", MixedBytes.Make(1 << 20, 7));
        Tool.Run("qemu-img", "convert", "-f", "raw", "-O", format, raw, folder["base"]);
        // Longer than what is under it, and with holes of its own over that.
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, "-b", "base", "-F", format, folder["disk.qcow2"], $"{Length}");
        AssertAsQemu(folder, ["write -P 1 3000 100", "write -P 2 200k 70k", "write -z 400k 200k", "write -P 5 1000k 100k",
            "write -P 6 2M 1k"]);
        using DiskImage disk = DiskFormats.Open(folder["disk.qcow2"], null, Limits.Default);
        Assert.Equal([folder["disk.qcow2"], folder["base"]], disk.Files);
    }

    [Fact]
    public void AnOverlayMayBeShorterThanWhatIsUnderIt()
    {
        using var folder = new TestFolder();
        folder.Write("base", MixedBytes.Make(1 << 20, 8));
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base", "-F", "raw", folder["disk.qcow2"], "300k");
        AssertAsQemu(folder, ["write -P 1 3000 100"]);
    }

    [Fact]
    public void ChainsOfDifferentFormats()
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", folder.Write("raw", MixedBytes.Make(1 << 20, 9)), folder["a.vmdk"]);
        Tool.Run("qemu-img", "create", "-q", "-f", "vmdk", "-b", "a.vmdk", "-F", "vmdk", folder["b.vmdk"]);
        Tool.Run("qemu-io", "-f", "vmdk", "-c", "write -P 7 100k 70k", folder["b.vmdk"]);
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", folder["b.vmdk"], "-F", "vmdk", folder["disk.qcow2"]);
        AssertAsQemu(folder, ["write -P 1 3000 100"]);
        using DiskImage disk = DiskFormats.Open(folder["disk.qcow2"], null, Limits.Default);
        Assert.Equal(["disk.qcow2", "b.vmdk", "a.vmdk"], disk.Files.Select(Path.GetFileName));
    }

    [Fact]
    public void SnapshotsAreToldOf()
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", folder["disk.qcow2"], "1M");
        Tool.Run("qemu-io", "-c", "write -P 1 0 64k", folder["disk.qcow2"]);
        Tool.Run("qemu-img", "snapshot", "-c", "before", folder["disk.qcow2"]);
        AssertAsQemu(folder, ["write -P 2 0 4k"]);
        using DiskImage disk = DiskFormats.Open(folder["disk.qcow2"], null, Limits.Default);
        Assert.Equal("has 1 internal snapshot (\"before\"); that is not kept", Assert.Single(disk.Warnings));
        Assert.Equal(["1 internal snapshot (\"before\")"], disk.Extras);
    }

    [Theory]
    [InlineData(0, "not closed cleanly")]
    [InlineData(1, "marked as corrupt")]
    public void DirtAndCorruptionAreToldButRead(int bit, string told)
    {
        using var folder = new TestFolder();
        Disks.Write(folder["disk.qcow2"], "qcow2", new byte[512]);
        byte[] file = File.ReadAllBytes(folder["disk.qcow2"]);
        file[0x4F] |= (byte)(1 << bit);
        using DiskImage disk = DiskFormats.Open(folder.Write("disk.qcow2", file), null, Limits.Default);
        Assert.Contains(told, Assert.Single(disk.Warnings), StringComparison.Ordinal);
        Assert.Equal(new byte[512], Disks.ReadAll(disk.Content));
    }

    [Fact]
    public void AnEmptyDiskIsRead()
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", folder["disk.qcow2"], "0");
        Assert.Empty(Disks.ReadAll(folder["disk.qcow2"]));
        Disks.Write(folder["own.qcow2"], "qcow2", []);
        Tool.Run("qemu-img", "check", folder["own.qcow2"]);
        Assert.Empty(Disks.ReadAll(folder["own.qcow2"]));
    }

    private static void Convert(string options, params string[] more)
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(Length, options.Length);
        Tool.Run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", "-o", options, .. more, folder.Write("raw", content),
            folder["disk.qcow2"]]);
        using DiskImage disk = DiskFormats.Open(folder["disk.qcow2"], null, Limits.Default);
        Assert.Equal("qcow2", disk.Format);
        Disks.AssertSame(content, Disks.ReadAll(disk.Content));
        Disks.AssertSame(content, Disks.ReadStored(disk.Content));
        byte[] pieces = new byte[Length];
        for (int at = 0; at < Length; at += 7777)
            disk.Content.ReadExactly(at, pieces.AsSpan(at, Math.Min(7777, Length - at)));
        Disks.AssertSame(content, pieces);
    }

    private static void AssertAsQemu(TestFolder folder, IEnumerable<string> commands)
    {
        Tool.Run("qemu-io", ["-f", "qcow2", .. commands.SelectMany(command => (string[])["-c", command]), folder["disk.qcow2"]]);
        Tool.Run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", folder["disk.qcow2"], folder["judged"]);
        byte[] judged = File.ReadAllBytes(folder["judged"]);
        Assert.Contains((byte)1, judged); // the judge saw what was written
        Disks.AssertSame(judged, Disks.ReadAll(folder["disk.qcow2"]));
        using DiskImage disk = DiskFormats.Open(folder["disk.qcow2"], null, Limits.Default);
        Disks.AssertSame(judged, Disks.ReadStored(disk.Content));
    }
}
