using Mig.Core;

namespace Mig.FileSystems.Tests.Writing;

public abstract partial class FileSystemWriterContract
{
    [Fact]
    public void AnOperationThatFailsChangesNothing()
    {
        byte[] image = MakeVolume();
        byte[] before = [.. image];
        List<ByteRange> free = GetFree(image);
        using var target = new MemoryTarget(image);
        using IFileSystemWriter writer = Open(target);
        var tooMuch = new MemorySource(new byte[image.Length]);
        Assert.Throws<EndOfStreamException>(() =>
            writer.CreateFile("/folder/new"u8, Plain(writer), new MemoryStream(new byte[3000]), 200_000));
        Assert.Throws<EndOfStreamException>(() => writer.ReplaceContent("/folder/kept3"u8, new MemoryStream(new byte[3000]), 200_000));
        Assert.Throws<EndOfStreamException>(() => writer.Append("/folder/kept3"u8, new MemoryStream(new byte[3000]), 200_000));
        foreach (Action change in (Action[])[() => writer.CreateFile("/folder/new"u8, Plain(writer), tooMuch), () =>
            writer.ReplaceContent("/folder/kept3"u8, tooMuch), () => writer.Append("/folder/kept3"u8, tooMuch)])
        {
            var full = Assert.Throws<RefusedOperationException>(change);
            Assert.Equal(RefusalReason.NoSpace, full.Reason);
            Assert.Contains("are free", full.Message, StringComparison.Ordinal);
        }

        using (IFileSystem view = writer.Read())
        {
            AssertFiles(view);
            Assert.Equal(free, view.GetFreeRanges());
        }

        writer.Commit();
        AssertSameBut(free, before, image);
    }

    [Fact]
    public void TheSameOperationsAtTheSameTimesMakeTheSameBytes()
    {
        byte[] original = MakeVolume();
        byte[] first = Change(new TestClock());
        byte[] second = Change(new TestClock());
        var late = new TestClock();
        for (int i = 0; i < Ticks; i++)
            late.Tick();
        byte[] third = Change(late);

        Assert.True(first.AsSpan().SequenceEqual(second));
        Assert.False(first.AsSpan().SequenceEqual(original));
        Assert.False(first.AsSpan().SequenceEqual(third), "the time shows nowhere");

        byte[] Change(TestClock clock)
        {
            byte[] image = [.. original];
            using var target = new MemoryTarget(image);
            using IFileSystemWriter writer = Open(target, clock);
            for (int i = 0; i < 40; i++)
            {
                writer.CreateFile(Bytes($"/folder/made{i}"), Plain(writer), new MemorySource(new byte[i * 377]));
                clock.Tick();
            }

            writer.Rename("/folder"u8, "/elsewhere"u8);
            writer.Commit();
            return image;
        }
    }

    [Fact]
    public void BeforeCommitOnlyFreeSpaceIsWritten()
    {
        byte[] image = MakeVolume();
        byte[] before = [.. image];
        List<ByteRange> free = GetFree(image);
        using var target = new MemoryTarget(image);
        using (IFileSystemWriter writer = Open(target))
        {
            writer.Append("/folder/kept3"u8, new MemorySource(new byte[3000]));
            writer.CreateFile("/big"u8, Plain(writer), new MemorySource(new byte[100_000]));
            writer.ReplaceContent("/other"u8, new MemoryStream(new byte[30_000]), 30_000);
            writer.SetLength("/folder/kept20"u8, 100);
            writer.SetLength("/folder/kept21"u8, 50_000);
            writer.Remove("/folder/kept9"u8);
            writer.Rename("/folder/inner"u8, "/inner"u8);
        }

        Assert.NotEmpty(target.Written);
        Assert.All(target.Written, range => Assert.Contains(free, part => part.Contains(range)));
        AssertSameBut(free, before, image);
        Assert.Null(Judge(image)); // as if nothing had been
    }

    [Fact]
    public void ACommitWithoutChangesWritesNothing()
    {
        byte[] image = MakeVolume();
        using var target = new MemoryTarget(image);
        using IFileSystemWriter writer = Open(target);
        Assert.NotNull(writer.Find("/folder/kept3"u8));
        writer.Commit();
        Assert.Empty(target.Written);

        Create(writer, "/made", new byte[5000], isStream: false);
        CommitAndJudge(writer, target);
        int written = target.Written.Count;
        Assert.NotEqual(0, written);
        writer.Commit();
        Assert.Equal(written, target.Written.Count);
    }

    [Fact]
    public void WhatIsOrBecomesFreeKeepsItsBytes()
    {
        byte[] image = MakeVolume();
        byte[] before = [.. image];
        using var target = new MemoryTarget(image);
        List<ByteRange> freeBefore = GetFree(image);
        using IFileSystemWriter writer = Open(target);
        foreach (string path in (string[])["/folder/kept25", "/folder/inner/leaf"])
        {
            writer.Remove(Bytes(path));
            _files.Remove(path);
        }

        CommitAndJudge(writer, target);
        Assert.True(GetFree(image).Sum(static range => range.Length) > freeBefore.Sum(static range => range.Length));
        AssertFreeIsAsBefore();

        Create(writer, "/folder/new", new byte[5000], isStream: false);
        Append(writer, "/folder/kept3", new byte[10], isStream: false);
        CommitAndJudge(writer, target);
        AssertFreeIsAsBefore();

        void AssertFreeIsAsBefore() =>
            Assert.All(GetFree(image), range =>
                Assert.True(image.AsSpan((int)range.Offset, (int)range.Length)
                .SequenceEqual(before.AsSpan((int)range.Offset, (int)range.Length)), $"{range}"));
    }

    [Fact]
    public void EverythingIsWrittenOnce()
    {
        using var target = new MemoryTarget(MakeVolume());
        using IFileSystemWriter writer = Open(target);
        for (int i = 0; i < 10; i++)
            Create(writer, $"/folder/new{i}", new byte[5000], isStream: false);
        Append(writer, "/folder/kept3", new byte[10], isStream: false);
        CommitAndJudge(writer, target);
        Assert.Equal(target.Written.Count, target.Written.Select(static range => range.Offset).Distinct().Count());
    }

    [Fact]
    public void CommitsFollowEachOther()
    {
        using var target = new MemoryTarget(MakeVolume());
        var clock = new TestClock();
        using IFileSystemWriter writer = Open(target, clock);
        for (int i = 1; i <= 5; i++)
        {
            clock.Tick();
            Create(writer, $"/folder/made{i}", new byte[i * 1111], isStream: false);
            Append(writer, "/other", [(byte)i], isStream: true);
            writer.Remove(Bytes($"/folder/kept{i}"));
            _files.Remove($"/folder/kept{i}");
            if (i > 1)
            {
                writer.Rename(Bytes($"/folder/made{i - 1}"), "/moved"u8);
                _files["/moved"] = _files[$"/folder/made{i - 1}"];
                _files.Remove($"/folder/made{i - 1}");
            }

            CommitAndJudge(writer, target);
        }

        // Who opens it next goes on from there.
        using IFileSystemWriter next = Open(target, clock);
        Create(next, "/next", [1], isStream: false);
        CommitAndJudge(next, target);
    }

    [Fact]
    public void TheJudgesObject()
    {
        byte[] image = MakeVolume();
        byte[] before = [.. image];
        using var target = new MemoryTarget(image);
        using IFileSystemWriter writer = Open(target);
        writer.CreateDirectory("/made"u8, Plain(writer, NodeType.Directory));
        CommitAndJudge(writer, target);

        // Without any one of the parts that a commit has written, it is wrong.
        Assert.True(target.Written.Count > 2);
        string path = _folder.File("damaged");
        foreach (ByteRange range in target.Written)
        {
            byte[] partial = [.. image];
            before.AsSpan((int)range.Offset, (int)range.Length).CopyTo(partial.AsSpan((int)range.Offset));
            File.WriteAllBytes(path, partial);
            Assert.True(FindComplaint(path) is not null, $"{range} may be as before");
        }

        // Another byte, another content.
        int written = target.Written.Count;
        Create(writer, "/made/file", new byte[3000], isStream: false);
        CommitAndJudge(writer, target);
        image[(int)target.Written[written].Offset] ^= 1;
        File.WriteAllBytes(path, image);
        string copied = Directory.CreateDirectory(_folder.File("damaged-files")).FullName;
        CopyOut(path, copied);
        Assert.Equal([1, .. new byte[2999]], File.ReadAllBytes(copied + "/made/file"));
    }
}
