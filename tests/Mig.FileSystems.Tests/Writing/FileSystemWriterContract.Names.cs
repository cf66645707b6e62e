using Mig.Core;

namespace Mig.FileSystems.Tests.Writing;

public abstract partial class FileSystemWriterContract
{
    [Fact]
    public void NamesComeGoAndMove()
    {
        using var target = new MemoryTarget(MakeVolume());
        using IFileSystemWriter writer = Open(target);
        writer.CreateDirectory("/made"u8, Plain(writer, NodeType.Directory));
        Create(writer, "/made/file", [1, 2, 3], isStream: false);
        writer.Remove("/folder/kept1"u8);
        _files.Remove("/folder/kept1");
        writer.RemoveDirectory("/empty"u8);
        CommitAndJudge(writer, target);
        Assert.Null(writer.Find("/empty"u8));

        // A name may be used again, and a directory takes all that is in it along.
        Create(writer, "/empty", [4], isStream: true);
        writer.Rename("/folder/inner"u8, "/made/inner"u8);
        _files.Add("/made/inner/leaf", _files["/folder/inner/leaf"]);
        _files.Remove("/folder/inner/leaf");
        writer.Rename("/other"u8, "/other"u8);
        CommitAndJudge(writer, target);
        Assert.Equal("/made"u8.ToArray(), writer.Resolve("/made/inner/.."u8));
    }

    [Fact]
    public void RenameReplacesAFileByAFileAndAnEmptyDirectoryByADirectory()
    {
        using var target = new MemoryTarget(MakeVolume());
        using IFileSystemWriter writer = Open(target);
        writer.Rename("/folder/kept4"u8, "/other"u8);
        _files["/other"] = _files["/folder/kept4"];
        _files.Remove("/folder/kept4");
        writer.Rename("/folder/inner"u8, "/empty"u8);
        _files.Add("/empty/leaf", _files["/folder/inner/leaf"]);
        _files.Remove("/folder/inner/leaf");
        writer.Rename("/folder/bare"u8, "/folder/bare"u8);
        CommitAndJudge(writer, target);
        Assert.Null(writer.Find("/folder/inner"u8));
    }

    [Fact]
    public void NoPathLeadsOut()
    {
        using var target = new MemoryTarget(MakeVolume());
        using IFileSystemWriter writer = Open(target);
        Assert.Equal("/"u8.ToArray(), writer.Resolve("/.."u8));
        Assert.Equal("/"u8.ToArray(), writer.Resolve(""u8));
        Assert.Equal("/folder"u8.ToArray(), writer.Resolve("../../folder/inner/.."u8));
        Assert.Equal("/folder/inner"u8.ToArray(), writer.Resolve("//./folder//inner/."u8));
        Assert.Equal(NodeType.Directory, writer.Find("/../.."u8)!.Type);
        writer.CreateFile("/../../made"u8, Plain(writer), new MemorySource(new byte[] { 8 }));
        _files.Add("/made", [8]);
        CommitAndJudge(writer, target);
    }

    [Fact]
    public void WhatIsMissingIsNotFoundAndNotMadeOnTheWay()
    {
        byte[] image = MakeVolume();
        byte[] before = [.. image];
        using var target = new MemoryTarget(image);
        using IFileSystemWriter writer = Open(target);
        NodeMetadata plain = Plain(writer);
        byte[] missing = "/folder/missing"u8.ToArray();
        byte[] below = "/folder/missing/name"u8.ToArray();
        Action[] changes =
        [
            () => writer.Resolve(missing),
            () => writer.CreateFile(below, plain, Empty),
            () => writer.CreateFile(below, plain, Stream.Null, 0),
            () => writer.CreateDirectory(below, Plain(writer, NodeType.Directory)),
            () => writer.CreateSymbolicLink(below, "other"u8, plain),
            () => writer.CreateHardLink("/other"u8, below),
            () => writer.CreateSpecial(below, NodeType.Fifo, 0, 0, plain),
            () => writer.ReplaceContent(missing, Empty),
            () => writer.ReplaceContent(missing, Stream.Null, 0),
            () => writer.Append(missing, Empty),
            () => writer.Append(missing, Stream.Null, 0),
            () => writer.SetLength(missing, 0),
            () => writer.Remove(missing),
            () => writer.RemoveDirectory(missing),
            () => writer.Rename(missing, "/found"u8),
            () => writer.Rename("/other"u8, below),
            () => writer.SetOwner(missing, 0, 0),
            () => writer.SetMode(missing, plain.Mode),
            () => writer.SetTimes(missing, new Timestamp(1_000_000_000, 0)),
            () => writer.SetAttributes(missing, 0),
            () => writer.SetExtendedAttribute(missing, "user.name"u8, [1]),
            () => writer.RemoveExtendedAttribute(missing, "user.name"u8),
        ];
        Assert.All(changes, change => Assert.Throws<NotFoundException>(change));
        Assert.Null(writer.Find(missing));
        Assert.Null(writer.Find(below));
        writer.Commit();
        Assert.True(before.AsSpan().SequenceEqual(image));
    }

    [Fact]
    public void WhatCannotBeDoneIsRefusedByName()
    {
        byte[] image = MakeVolume();
        byte[] before = [.. image];
        using var target = new MemoryTarget(image);
        using IFileSystemWriter writer = Open(target);
        NodeMetadata plain = Plain(writer);
        NodeMetadata directory = Plain(writer, NodeType.Directory);
        (RefusalReason Reason, Action Change)[] refused =
        [
            (RefusalReason.NameTaken, () => writer.CreateFile("/other"u8, plain, Empty)),
            (RefusalReason.NameTaken, () => writer.CreateFile("/folder"u8, plain, Stream.Null, 0)),
            (RefusalReason.NameTaken, () => writer.CreateDirectory("/other"u8, directory)),
            (RefusalReason.NameTaken, () => writer.CreateDirectory("/folder"u8, directory)),
            (RefusalReason.NameTaken, () => writer.CreateDirectory("/"u8, directory)),
            (RefusalReason.NameTaken, () => writer.CreateSymbolicLink("/other"u8, "nothing"u8, plain)),
            (RefusalReason.NameTaken, () => writer.CreateHardLink("/nothing"u8, "/other"u8)),
            (RefusalReason.NameTaken, () => writer.CreateSpecial("/other"u8, NodeType.Socket, 0, 0, plain)),
            (RefusalReason.NotEmpty, () => writer.RemoveDirectory("/folder"u8)),
            (RefusalReason.NotEmpty, () => writer.Rename("/empty"u8, "/folder"u8)),
            (RefusalReason.NotEmpty, () => writer.Rename("/folder/bare"u8, "/folder"u8)),
            (RefusalReason.NotADirectory, () => writer.RemoveDirectory("/other"u8)),
            (RefusalReason.NotADirectory, () => writer.Rename("/empty"u8, "/other"u8)),
            (RefusalReason.NotADirectory, () => writer.CreateFile("/other/below"u8, plain, Empty)),
            (RefusalReason.NotADirectory, () => writer.CreateDirectory("/other/below"u8, directory)),
            (RefusalReason.NotADirectory, () => writer.Rename("/nothing"u8, "/other/below"u8)),
            (RefusalReason.NotADirectory, () => writer.Resolve("/other/.."u8)),
            (RefusalReason.IsADirectory, () => writer.Remove("/folder"u8)),
            (RefusalReason.IsADirectory, () => writer.Remove("/"u8)),
            (RefusalReason.IsADirectory, () => writer.Rename("/other"u8, "/empty"u8)),
            (RefusalReason.IsADirectory, () => writer.ReplaceContent("/empty"u8, Empty)),
            (RefusalReason.IsADirectory, () => writer.Append("/empty"u8, Stream.Null, 0)),
            (RefusalReason.IsADirectory, () => writer.SetLength("/empty"u8, 0)),
            (RefusalReason.BadMove, () => writer.Rename("/folder"u8, "/folder/inner/folder"u8)),
            (RefusalReason.BadMove, () => writer.Rename("/folder"u8, "/folder/inner"u8)),
            (RefusalReason.BadMove, () => writer.Rename("/"u8, "/folder/root"u8)),
            (RefusalReason.BadMove, () => writer.Rename("/folder"u8, "/"u8)),
            (RefusalReason.BadMove, () => writer.RemoveDirectory("/"u8)),
            (RefusalReason.BadName, () => writer.CreateFile(Bytes("/" + new string('n', 256)), plain, Empty)),
            (RefusalReason.BadName, () => writer.CreateDirectory("/n\0n"u8, directory)),
            (RefusalReason.BadName, () => writer.Rename("/other"u8, Bytes("/" + new string('n', 256)))),
            (RefusalReason.TooLarge, () => writer.SetLength("/other"u8, 1L << 50)),
            (RefusalReason.TooLarge, () => writer.Append("/other"u8, Stream.Null, long.MaxValue)),
            (RefusalReason.TooLarge, () => writer.ReplaceContent("/other"u8, Stream.Null, 1L << 50)),
            (RefusalReason.TooLarge, () => writer.CreateFile("/new"u8, plain, Stream.Null, 1L << 50)),
        ];
        for (int i = 0; i < refused.Length; i++)
        {
            Exception? thrown = Record.Exception(refused[i].Change);
            Assert.True(thrown is RefusedOperationException refusal && refusal.Reason == refused[i].Reason,
                $"change {i} should be refused for {refused[i].Reason}: {thrown?.Message}");
        }

        using (IFileSystem view = writer.Read())
            AssertFiles(view);
        writer.Commit();
        Assert.Empty(target.Written);
        Assert.True(before.AsSpan().SequenceEqual(image));
    }

    [Fact]
    public void MetadataThatFitsIsStored()
    {
        using var target = new MemoryTarget(MakeVolume());
        using IFileSystemWriter writer = Open(target);
        foreach (NodeMetadata wanted in (NodeMetadata[])[
            new(0x1A4), new(0x124, 5, 6, new Timestamp(7, 8)), new(0xFED, 1000, 70_000, new Timestamp(2_000_000_001, 5))])
        {
            NodeMetadata fitting = writer.Fit(NodeType.File, wanted);
            Assert.Equal(fitting, writer.Fit(NodeType.File, fitting));
            writer.CreateFile("/made"u8, fitting, Empty);
            FileNode made = writer.Find("/made"u8)!;
            Assert.Equal((fitting.Mode, fitting.Uid, fitting.Gid), (made.Mode, made.Uid, made.Gid));
            Assert.InRange((fitting.ModifiedTime ?? made.ModifiedTime).Seconds - made.ModifiedTime.Seconds, 0, 1);

            writer.SetOwner("/other"u8, fitting.Uid, fitting.Gid);
            writer.SetMode("/other"u8, fitting.Mode);
            writer.SetTimes("/other"u8, made.ModifiedTime);
            FileNode set = writer.Find("/other"u8)!;
            Assert.Equal((made.Mode, made.Uid, made.Gid, made.ModifiedTime), (set.Mode, set.Uid, set.Gid, set.ModifiedTime));
            writer.Remove("/made"u8);
        }

        CommitAndJudge(writer, target);
    }

    [Fact]
    public void TimesAreTheClocks()
    {
        using var target = new MemoryTarget(MakeVolume());
        var clock = new TestClock();
        using IFileSystemWriter writer = Open(target, clock);
        Timestamp GetModified(string path) => writer.Find(Bytes(path))!.ModifiedTime;
        (string Changed, Action Change)[] changes =
        [
            ("/folder", () => Create(writer, "/folder/made", [1], isStream: false)),
            ("/folder/made", () => Append(writer, "/folder/made", [2], isStream: true)),
            ("/folder/made", () => Replace(writer, "/folder/made", [3], isStream: true)),
            ("/folder/made", () => SetLength(writer, "/folder/made", 9)),
            ("/folder", () => writer.CreateDirectory("/folder/sub"u8, Plain(writer, NodeType.Directory))),
            ("/folder", () => writer.RemoveDirectory("/folder/sub"u8)),
            ("/folder", () => writer.Rename("/folder/bare"u8, "/empty/bare"u8)),
            ("/empty", () => writer.Rename("/empty/bare"u8, "/folder/bare"u8)),
        ];
        foreach ((string changed, Action change) in changes)
        {
            Timestamp kept = GetModified("/folder/kept2");
            for (int i = 0; i < Ticks; i++)
                clock.Tick();
            change();
            Assert.InRange(clock.GetUtcNow().ToUnixTimeSeconds() - GetModified(changed).Seconds, 0, 1);
            Assert.Equal(kept, GetModified("/folder/kept2"));
        }

        CommitAndJudge(writer, target);
    }
}
