using System.Globalization;
using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests;

/// <summary>What every <see cref="IDiskWriter"/> promises about files.</summary>
public class WriterTests
{
    public static TheoryData<string> Formats => [.. DiskFormats.WritableFormats];

    [Theory]
    [MemberData(nameof(Formats))]
    public void NothingStandsUnderTheNameBeforeComplete(string format)
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(1 << 20, 1);
        using (IDiskWriter writer = DiskFormats.Create(folder["disk.vmdk"], format, content.Length, false))
        {
            Assert.Equal(content.Length, writer.Length);
            Disks.WritePieces(writer, content);
            Assert.All(Directory.GetFiles(folder.Path), path => Assert.Matches(@"^\.disk.*\.mig-[0-9a-f]+\.tmp$", Path.GetFileName(path)));
            writer.Complete();
            Assert.DoesNotContain(Directory.GetFiles(folder.Path), path => path.EndsWith(".tmp", StringComparison.Ordinal));
        }

        Disks.AssertSame(content, Disks.ReadAll(folder["disk.vmdk"], format));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void DisposingWithoutCompleteLeavesNothing(string format)
    {
        using var folder = new TestFolder();
        using (IDiskWriter writer = DiskFormats.Create(folder["disk.vmdk"], format, 1 << 20, false))
            Disks.WritePieces(writer, MixedBytes.Make(1 << 20, 2));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void ATakenNameIsKeptUnlessItMayBeReplaced(string format)
    {
        using var folder = new TestFolder();
        folder.Write("disk.vmdk", "precious");
        var e = Assert.Throws<ConflictException>(() => DiskFormats.Create(folder["disk.vmdk"], format, 512, false));
        Assert.Contains(folder["disk.vmdk"], e.Message, StringComparison.Ordinal);
        Assert.Contains("--force", e.Message, StringComparison.Ordinal);
        byte[] content = MixedBytes.Make(1 << 20, 3);
        using (IDiskWriter writer = DiskFormats.Create(folder["disk.vmdk"], format, content.Length, true))
        {
            Disks.WritePieces(writer, content);
            Assert.Equal("precious", File.ReadAllText(folder["disk.vmdk"]));
            writer.Complete();
        }

        Disks.AssertSame(content, Disks.ReadAll(folder["disk.vmdk"], format));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void ANameThatIsTakenInTheMeantimeIsKept(string format)
    {
        using var folder = new TestFolder();
        using (IDiskWriter writer = DiskFormats.Create(folder["disk.vmdk"], format, 512, false))
        {
            folder.Write("disk.vmdk", "precious");
            Assert.Throws<ConflictException>(writer.Complete);
        }

        Assert.Equal("precious", File.ReadAllText(folder["disk.vmdk"]));
        Assert.Equal([folder["disk.vmdk"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void ALinkToNothingIsATakenName()
    {
        using var folder = new TestFolder();
        File.CreateSymbolicLink(folder["disk.raw"], "nowhere");
        using (IDiskWriter writer = DiskFormats.Create(folder["disk.raw"], "raw", 512, false))
            Assert.Throws<ConflictException>(writer.Complete);
        Assert.Equal("nowhere", new FileInfo(folder["disk.raw"]).LinkTarget);
    }

    [Fact]
    public void ATakenFlatFileIsKeptToo()
    {
        using var folder = new TestFolder();
        folder.Write("disk-flat.vmdk", "precious");
        Assert.Throws<ConflictException>(() => DiskFormats.Create(folder["disk.vmdk"], "vmdk:monolithicFlat", 512, false));
        Assert.Equal([folder["disk-flat.vmdk"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void AFullDiskLeavesNothing(string format)
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder["small"]);
        Tool.Run("mount", "-t", "tmpfs", "-o", "size=1m", "none", folder["small"]);
        try
        {
            byte[] content = new byte[8 << 20];
            new Random(4).NextBytes(content);
            Assert.Throws<IOException>(() => Disks.Write(folder["small/disk.vmdk"], format, content));
            Assert.Empty(Directory.GetFileSystemEntries(folder["small"]));
        }
        finally
        {
            Tool.Run("umount", folder["small"]);
        }
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("vmdk:monolithicSparse")]
    [InlineData("vmdk:streamOptimized")]
    [InlineData("vmdk:monolithicFlat")]
    [InlineData("qcow2")]
    public void HolesStayHoles(string format)
    {
        using var folder = new TestFolder();
        byte[] content = new byte[64 << 20];
        new Random(5).NextBytes(content.AsSpan(1 << 20, 1 << 20));
        new Random(6).NextBytes(content.AsSpan(50 << 20, 1 << 20));
        Disks.Write(folder["disk.vmdk"], format, content, pieceLength: 4 << 20);
        long stored = long.Parse(Tool.Run("du", "-sB1", folder.Path).Split('\t')[0], CultureInfo.InvariantCulture);
        Assert.InRange(stored, 2 << 20, (2 << 20) + (300 << 10));
    }

    [Fact]
    public void WhatAKilledProcessLeftBehindIsClearedAway()
    {
        using var folder = new TestFolder();
        folder.Write(".disk.raw.mig-0123456789ab.tmp", "stale");
        folder.Write(".disk.raw.mig-precious", "another file");
        folder.Write(".other.raw.mig-0123456789ab.tmp", "another disk");
        using IDiskWriter first = DiskFormats.Create(folder["disk.raw"], "raw", 512, false);
        Assert.False(File.Exists(folder[".disk.raw.mig-0123456789ab.tmp"]));
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);

        // One that is still being written is not stale.
        using IDiskWriter second = DiskFormats.Create(folder["disk.raw"], "raw", 512, false);
        Assert.Equal(4, Directory.GetFiles(folder.Path).Length);
        first.Complete();
        Assert.Throws<ConflictException>(second.Complete);
    }

    [Fact]
    public void DevicesAndFoldersAreNeverReplaced()
    {
        using var folder = new TestFolder();
        Assert.Throws<UsageException>(() => DiskFormats.Create(folder.Path, "raw", 512, true));
        Assert.Throws<UsageException>(() => DiskFormats.Create("/dev/null", "raw", 512, true));
        Assert.Throws<UsageException>(() => DiskFormats.Create(folder["missing/disk.raw"], "raw", 512, true));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void WritesOutsideTheDiskAreRefused(string format)
    {
        using var folder = new TestFolder();
        using IDiskWriter writer = DiskFormats.Create(folder["disk"], format, 1024, false);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(-1, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(1024, new byte[1]));
        writer.Write(1024, []);
    }

    [Fact]
    public void LongNamesFit()
    {
        using var folder = new TestFolder();
        string name = new('ü', 120); // 240 bytes, so that the temporary name has to be cut
        Disks.Write(folder[name], "raw", [1, 2, 3]);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(folder[name]));
    }
}
