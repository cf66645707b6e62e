using System.Globalization;
using Mig.Core;
using Mig.Images.Export;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Images.Export;

/// <summary>Exports that lie over a file: QEMU reads them as it reads whole ones, and they hold what differs and no more.</summary>
public sealed class ThinExportTests : IDisposable
{
    private const string Older = "HEAD~1";
    private readonly TestRepository _repository = new();

    /// <summary>Two versions of a real disk, of which the later has one more file and one fewer.</summary>
    public ThinExportTests()
    {
        byte[] gone = new byte[1 << 20];
        new Random(2).NextBytes(gone);
        File.WriteAllBytes(Path.Combine(TestDisks.Sources(Files), "gone"), gone);
        using (FileStream file = File.Create(Files["disk.raw"]))
            file.SetLength(48 << 20);
        Tool.Run("mke2fs", "-q", "-t", "ext4", "-d", TestDisks.Sources(Files), Files["disk.raw"]);
        _repository.Commit("disk.raw");
        File.Copy(Files["disk.raw"], Files["older"]);
        byte[] more = new byte[700_000];
        new Random(1).NextBytes(more);
        Tool.RunWithInput("debugfs", $"write {Files.Write("more", more)} more\nrm gone\n", "-w", "-f", "/dev/stdin", Files["disk.raw"]);
        // The content of the removed file becomes zeros: a base must not show through.
        Zero(gone);
        _repository.Commit("disk.raw");
    }

    public static TheoryData<string, string> Pairs => new()
    {
        { "raw", "qcow2" },
        { "qcow2", "qcow2" },
        { "vmdk", "qcow2" },
        { "vmdk", "vmdk" },
        { "vmdk:monolithicFlat", "vmdk" },
        { "vmdk:streamOptimized", "qcow2" },
    };

    private TestFolder Files => _repository.Files;

    [Theory]
    [MemberData(nameof(Pairs))]
    public void AThinExportIsTheVersion(string format, string thin)
    {
        _repository.Export("base", format, Older);
        ExportResult known = Export("known", thin, "base");
        AssertIsTheVersion("known", thin, format);
        ExportResult claimed = Export("claimed", thin, $"base:{Older}");
        AssertIsTheVersion("claimed", thin, format);
        Forget();
        ExportResult read = Export("read", thin, "base");
        AssertIsTheVersion("read", thin, format);
        Forget();
        ExportResult checkedFirst = Export("checked", thin, $"base:{Older}");
        AssertIsTheVersion("checked", thin, format);

        // About the new file, the removed one and metadata; the same blocks, however they were found.
        Assert.InRange(known.DifferingBytes!.Value, 1_700_000, 6_000_000);
        Assert.All((ExportResult[])[claimed, read, checkedFirst], result => Assert.Equal(known.DifferingBytes, result.DifferingBytes));
        Assert.InRange(Stored("known"), 700_000, 6_500_000);

        // The judge tells versions apart.
        Assert.Equal(1, Tool.Try("qemu-img", "compare", "-f", "raw", "-F", thin, Files["older"], Files["known"]).ExitCode);
        Tool.Run("qemu-img", "compare", "-f", "raw", "-F", format.Split(':')[0], Files["older"], Files["base"]);
    }

    [Fact]
    public void OnlyWhatDiffersIsStored()
    {
        _repository.Export("base.qcow2", "qcow2", Older);
        ExportResult thin = Export("thin.qcow2", null, "base.qcow2");
        long own = Tool.Run("qemu-img", "map", "--output=json", Files["thin.qcow2"]).Split('\n')
            .Where(line => line.Contains("\"depth\": 0", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split("\"length\": ")[1].Split(',')[0], CultureInfo.InvariantCulture));
        Assert.Equal(thin.DifferingBytes, own);

        // A version over itself is nothing, and many lie over one base.
        Assert.Equal(0, Export("same.qcow2", null, "base.qcow2", Older).DifferingBytes);
        Assert.InRange(new FileInfo(Files["same.qcow2"]).Length, 1, 5 * 65536);
        Assert.Equal(0, Export("over-thin.qcow2", null, "thin.qcow2").DifferingBytes);
        AssertIsTheVersion("over-thin.qcow2", "qcow2", "qcow2");
    }

    [Fact]
    public void ABaseThatIsNotWhatItIsSaidToBeIsAnError()
    {
        _repository.Export("base.raw", "raw", Older);
        var wrong = Assert.Throws<ConflictException>(() => Export("thin.qcow2", null, "base.raw:HEAD"));
        Assert.Contains("base.raw does not hold disk.raw of HEAD: they differ between bytes", wrong.Message, StringComparison.Ordinal);

        // Changed behind mig's back, its length and even its time of modification the same.
        DateTime time = File.GetLastWriteTimeUtc(Files["base.raw"]);
        Damage.FlipBitInFile(Files["base.raw"], (40L << 20) * 8);
        File.SetLastWriteTimeUtc(Files["base.raw"], time);
        Assert.Throws<ConflictException>(() => Export("thin.qcow2", null, $"base.raw:{Older}"));
        Assert.False(File.Exists(Files["thin.qcow2"]));
        Export("thin.qcow2", null, "base.raw");
        AssertIsTheVersion("thin.qcow2", "qcow2", "raw");

        using (FileStream file = File.OpenWrite(Files["base.raw"]))
            file.SetLength(20 << 20);
        Assert.Contains("bytes, and that one",
            Assert.Throws<ConflictException>(() => Export("thin2.qcow2", null, $"base.raw:{Older}")).Message, StringComparison.Ordinal);
        Export("thin2.qcow2", null, "base.raw");
        AssertIsTheVersion("thin2.qcow2", "qcow2", "raw");
    }

    [Fact]
    public void ADamagedRecordIsNotBelieved()
    {
        _repository.Export("base.raw", "raw", Older);
        foreach (string record in Directory.GetFiles(Path.Combine(_repository.Folder, "cache/exports")))
            Damage.FlipBitInFile(record, 70 * 8);
        Export("thin.qcow2", null, "base.raw");
        AssertIsTheVersion("thin.qcow2", "qcow2", "raw");
    }

    [Theory]
    [InlineData(64)]
    [InlineData(33)]
    public void SizesMayDiffer(int megabytes)
    {
        _repository.Export("base.qcow2", "qcow2", Older);
        using (FileStream file = File.OpenWrite(Files["disk.raw"]))
        {
            file.SetLength((long)megabytes << 20);
            file.Position = file.Length - 5000;
            file.Write("at the end"u8);
        }

        _repository.Commit("disk.raw");
        Export("known.qcow2", null, "base.qcow2");
        AssertIsTheVersion("known.qcow2", "qcow2", "qcow2");
        Forget();
        Export("read.qcow2", null, "base.qcow2:HEAD~2");
        AssertIsTheVersion("read.qcow2", "qcow2", "qcow2");
    }

    [Fact]
    public void TheBaseMayLieElsewhereAndHaveColonsInItsName()
    {
        Directory.CreateDirectory(Files["bases"]);
        Directory.CreateDirectory(Files["clones"]);
        _repository.Export("bases/base:1.raw", "raw", Older);
        Export("clones/thin.qcow2", null, "bases/base:1.raw");
        Export("bases/thin.qcow2", null, $"bases/base:1.raw:{Older}");
        Assert.Contains("backing file: ../bases/base:1.raw ", Tool.Run("qemu-img", "info", Files["clones/thin.qcow2"]),
            StringComparison.Ordinal);
        foreach (string thin in (string[])["clones/thin.qcow2", "bases/thin.qcow2"])
            Tool.Run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", Files["disk.raw"], Files[thin]);
    }

    [Fact]
    public void WhatCannotBeIsRefused()
    {
        _repository.Export("base.qcow2", "qcow2", Older);
        Assert.Contains("does not exist", Assert.Throws<NotFoundException>(() => Export("thin.qcow2", null, "missing")).Message,
            StringComparison.Ordinal);
        Assert.Contains("folder", Assert.Throws<UsageException>(() => Export("thin.qcow2", null, "sources")).Message,
            StringComparison.Ordinal);
        Assert.Contains("version must stand", Assert.Throws<UsageException>(() => Export("thin.qcow2", null, "base.qcow2:")).Message,
            StringComparison.Ordinal);
        Assert.Contains("over a VMDK", Assert.Throws<UsageException>(() => Export("thin.vmdk", null, "base.qcow2")).Message,
            StringComparison.Ordinal);
        Assert.Contains("cannot lie over", Assert.Throws<UsageException>(() => Export("thin.raw", null, "base.qcow2")).Message,
            StringComparison.Ordinal);
        Assert.Contains("over itself", Assert.Throws<UsageException>(() => Export("base.qcow2", null, "base.qcow2")).Message,
            StringComparison.Ordinal);
        Assert.Throws<NotFoundException>(() => Export("thin.qcow2", null, "base.qcow2:nothing"));
        Export("thin.qcow2", null, "base.qcow2");
        // What lies under the base is not replaced by what lies over it.
        Assert.Contains("over itself", Assert.Throws<UsageException>(() => Export("base.qcow2", null, "thin.qcow2")).Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(Files.Path), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void AThinDiskIsCommittedAsWhatItShows()
    {
        Directory.CreateDirectory(Files["clone"]);
        _repository.Export("clone/base.qcow2", "qcow2", Older);
        Export("clone/disk.raw", "qcow2", "clone/base.qcow2");
        ImageId image = _repository.Commit(new CommitRequest { Disks = [Files["disk.raw"]], Message = "again", AllowEmpty = true }).Image;
        Assert.Equal(image, _repository.Commit(
            new CommitRequest { Disks = [Files["clone/disk.raw"]], InputFormat = "qcow2", Message = "again", AllowEmpty = true }).Image);
    }

    public void Dispose() => _repository.Dispose();

    private void Zero(byte[] content)
    {
        byte[] disk = File.ReadAllBytes(Files["disk.raw"]);
        int at = disk.AsSpan().IndexOf(content.AsSpan(0, 4096));
        Assert.True(at > 0);
        int length = content.AsSpan().CommonPrefixLength(disk.AsSpan(at));
        Assert.InRange(length, 1 << 18, 1 << 20);
        disk.AsSpan(at, length).Clear();
        File.WriteAllBytes(Files["disk.raw"], disk);
    }

    private ExportResult Export(string name, string? format, string backing, string revision = "HEAD")
    {
        using Repository repository = _repository.Open();
        var request = new ExportRequest
        {
            Path = Files[name], Format = format, Revision = revision, Backing = Files[backing],
            Overwrite = true
        };
        return new ImageExporter(repository).Export(request, TestContext.Current.CancellationToken);
    }

    private void Forget() => Directory.Delete(Path.Combine(_repository.Folder, "cache/exports"), recursive: true);

    private long Stored(string name) => long.Parse(Tool.Run("du", "-B1", Files[name]).Split('\t')[0], CultureInfo.InvariantCulture);

    private void AssertIsTheVersion(string name, string format, string below)
    {
        if (format == "qcow2")
            Assert.Contains("No errors", Tool.Run("qemu-img", "check", Files[name]), StringComparison.Ordinal);
        string chain = Tool.Run("qemu-img", "info", "--backing-chain", "-f", format, Files[name]);
        Assert.Contains($"backing file format: {below.Split(':')[0]}", chain, StringComparison.Ordinal);
        Tool.Run("qemu-img", "compare", "-f", "raw", "-F", format, Files["disk.raw"], Files[name]);
    }
}
