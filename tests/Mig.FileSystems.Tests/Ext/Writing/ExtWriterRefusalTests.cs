using Mig.Core;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>What is refused is refused by name, and before anything changes.</summary>
public sealed class ExtWriterRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("quota", "-t ext4 -O quota", "")]
    [InlineData("shared_blocks", "-t ext4", "ssv feature_ro_compat 0x4000")]
    [InlineData("read-only", "-t ext4", "ssv feature_ro_compat 0x1000")]
    [InlineData("read-only compatible feature 0x80000", "-t ext4", "ssv feature_ro_compat 0x80000")]
    public void FeaturesThatAreNotWritten(string feature, string options, string change)
    {
        string path = Make(options, change);
        var error = Assert.Throws<UnsupportedFeatureException>(() => new WriterImage(path));
        Assert.Equal($"changing ext4 with {feature}", error.Feature);
    }

    [Theory]
    [InlineData("-t ext4", "ssv state 3")]
    [InlineData("-t ext2", "ssv state 0")]
    public void FileSystemsInUseOrInNeedOfRepair(string options, string change)
    {
        string path = Make(options, change);
        byte[] before = File.ReadAllBytes(path);
        Assert.Equal(RefusalReason.InUse, Assert.Throws<RefusedOperationException>(() => new WriterImage(path)).Reason);
        Assert.True(before.AsSpan().SequenceEqual(File.ReadAllBytes(path)));
    }

    [Fact]
    public void MultiMountProtectionSaysWhetherAMachineUsesIt()
    {
        string path = _folder.File("image");
        using (WriterImage image = WriterImage.Make(path, "8M", "-t ext4 -O mmp"))
        {
            image.Writer.CreateDirectory("/new"u8, WriterImage.Metadata);
            image.Writer.Commit();
        }

        Assert.Null(ExtImages.FindComplaint(path));
        byte[] bytes = File.ReadAllBytes(path);
        long block = BitConverter.ToInt64(bytes, 1024 + 0x168);
        bytes[(int)(block * 1024) + 4] ^= 1; // the sequence number, no longer that of a clean end
        File.WriteAllBytes(path, bytes);
        AssertRefused(RefusalReason.InUse, () => _ = new WriterImage(path));
        Assert.True(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(path)));
    }

    [Fact]
    public void EncryptedDirectoriesAndFiles()
    {
        string path = Make("-t ext4 -b 4096 -O encrypt", "");
        using (var mount = new LoopMount(path, "defaults"))
        {
            string secret = Path.Combine(mount.Path, "secret");
            Directory.CreateDirectory(secret);
            FileEncryption.Encrypt(secret);
            File.WriteAllText(Path.Combine(secret, "file"), "content");
            File.WriteAllText(Path.Combine(mount.Path, "open"), "content");
        }

        using var image = new WriterImage(path);
        byte[] name = image.Writer.Read().ReadDirectory(image.Writer.Find("/secret"u8)!.Number)[0].Name.ToArray();
        byte[] file = [.. "/secret/"u8, .. name];
        Action[] refused =
        [
            () => image.Writer.CreateFile("/secret/new"u8, WriterImage.Metadata, new MemorySource(default)),
            () => image.Writer.CreateDirectory("/secret/new"u8, WriterImage.Metadata),
            () => image.Writer.Rename("/open"u8, "/secret/open"u8),
            () => image.Writer.CreateHardLink("/open"u8, "/secret/open"u8),
        ];
        Assert.All(refused, action => Assert.Equal("ext4 encrypt", Assert.Throws<UnsupportedFeatureException>(action).Feature));
        if (image.Writer.Find(file) is not null)
            Assert.Equal("ext4 encrypt", Assert.Throws<UnsupportedFeatureException>(() =>
                image.Writer.Append(file, new MemorySource(new byte[1]))).Feature);
        image.Writer.CreateFile("/new"u8, WriterImage.Metadata, new MemorySource(default));
        image.Writer.Commit();
        Assert.Null(ExtImages.FindComplaint(path));
    }

    [Fact]
    public void DirectoriesThatFoldCase()
    {
        string path = Make("-t ext4 -O casefold", "");
        Tool.Read("debugfs", "-w", "-R", "mkdir folded", path);
        Tool.Read("debugfs", "-w", "-R", "sif folded flags 0x40080000", path);
        using var image = new WriterImage(path);
        Assert.Equal("ext4 casefold", Assert.Throws<UnsupportedFeatureException>(() =>
            image.Writer.CreateFile("/folded/New"u8, WriterImage.Metadata, new MemorySource(default))).Feature);
        image.Writer.CreateFile("/new"u8, WriterImage.Metadata, new MemorySource(default));
        image.Writer.Commit();
        Assert.Null(ExtImages.FindComplaint(path));
    }

    [Fact]
    public void ContentThatVerityProtects()
    {
        string path = Make("-t ext4 -O verity", "");
        using (var mount = new LoopMount(path, "defaults"))
            File.WriteAllText(Path.Combine(mount.Path, "file"), "content");
        Tool.Read("debugfs", "-w", "-R", "sif file flags 0x180000", path);
        using var image = new WriterImage(path);
        AssertRefused(RefusalReason.Protected, () => image.Writer.Append("/file"u8, new MemorySource(new byte[1])));
        AssertRefused(RefusalReason.Protected, () => image.Writer.SetLength("/file"u8, 1));
        image.Writer.Remove("/file"u8);
        image.CommitAndJudge();
    }

    [Fact]
    public void LimitsOfLinks()
    {
        string path = Make("-t ext4 -b 1024", "");
        Tool.Read("debugfs", "-w", "-R", "mkdir folder", path);
        Tool.Read("debugfs", "-w", "-R", "sif folder links_count 65000", path);
        using (var image = new WriterImage(path))
        {
            AssertRefused(RefusalReason.TooManyLinks, () => image.Writer.CreateDirectory("/folder/one"u8, WriterImage.Metadata));
            image.Writer.CreateFile("/file"u8, WriterImage.Metadata, new MemorySource(default));
            image.Writer.Commit();
        }

        Tool.Read("debugfs", "-w", "-R", "sif file links_count 65000", path);
        using (var image = new WriterImage(path))
            AssertRefused(RefusalReason.TooManyLinks, () => image.Writer.CreateHardLink("/file"u8, "/again"u8));
    }

    [Fact]
    public void WhatTheKernelWouldRefuse()
    {
        using WriterImage image = WriterImage.Make(_folder.File("image"), "8M", "-t ext4 -b 1024");
        IFileSystemWriter writer = image.Writer;
        var empty = new MemorySource(default);
        writer.CreateDirectory("/folder"u8, new NodeMetadata(0x1ED));
        writer.CreateDirectory("/folder/below"u8, new NodeMetadata(0x1ED));
        writer.CreateFile("/file"u8, WriterImage.Metadata, empty);
        writer.CreateSymbolicLink("/loop"u8, "loop"u8, new NodeMetadata(0x1FF));
        writer.CreateSymbolicLink("/out"u8, "../../../folder"u8, new NodeMetadata(0x1FF));

        AssertRefused(RefusalReason.IsADirectory, () => writer.CreateHardLink("/folder"u8, "/again"u8));
        AssertRefused(RefusalReason.NotAFile, () => writer.SetLength("/loop"u8, 1));
        AssertRefused(RefusalReason.BadName, () => writer.CreateSymbolicLink("/link"u8, ""u8, WriterImage.Metadata));
        AssertRefused(RefusalReason.TooManyLevels, () => writer.CreateFile("/loop/file"u8, WriterImage.Metadata, empty));
        AssertRefused(RefusalReason.BadAttribute, () => writer.SetExtendedAttribute("/file"u8, "other.name"u8, [1]));
        AssertRefused(RefusalReason.BadAttribute, () => writer.SetExtendedAttribute("/file"u8, "system.posix_acl_access"u8, [1]));
        AssertRefused(RefusalReason.BadAttribute, () => writer.SetAttributes("/file"u8, 0x800));
        AssertRefused(RefusalReason.NoAttributeSpace, () => writer.SetExtendedAttribute("/file"u8, "user.large"u8, new byte[2000]));
        Assert.Throws<NotFoundException>(() => writer.RemoveExtendedAttribute("/file"u8, "user.missing"u8));

        // A link that leads up stays inside, and so does what is made behind it.
        writer.CreateFile("/out/inside"u8, WriterImage.Metadata, empty);
        Assert.Equal("/folder/inside"u8.ToArray(), writer.Resolve("/out/inside"u8));
        Assert.Equal("/folder"u8.ToArray(), writer.Resolve("//./out/below/.."u8));
        Assert.Contains(image.CommitAndJudge(), static entry => entry.Path == "/folder/inside");
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertRefused(RefusalReason reason, Action action) =>
        Assert.Equal(reason, Assert.Throws<RefusedOperationException>(action).Reason);

    private string Make(string options, string change)
    {
        string path = _folder.File("image");
        ExtImages.Make(path, "8M", options);
        if (change.Length > 0)
            Tool.Read("debugfs", "-w", "-R", change, path);
        return path;
    }
}
