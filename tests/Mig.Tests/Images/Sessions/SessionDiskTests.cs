using Mig.Core;
using Mig.Core.Host;
using Mig.Images.Sessions;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Sessions;

/// <summary>A disk of a version that is written, against plain bytes.</summary>
public sealed class SessionDiskTests : IDisposable
{
    private const int Seed = 20_083;
    private const int Length = (5 << 20) + 512; // the last block is not whole

    private readonly TestRepository _repository = new();
    private readonly byte[] _wanted = MixedBytes.Make(Length, Seed);

    public SessionDiskTests()
    {
        File.WriteAllBytes(_repository.Files["disk.img"], _wanted);
        _repository.Commit("disk.img");
        using Repository repository = _repository.Open();
        repository.Sessions.Start("s", "main");
    }

    [Fact]
    public void What_was_flushed_comes_back_and_the_rest_is_old_or_new()
    {
        var random = new Random(Seed);
        long late = 0;
        byte[] old = _wanted[..4096], lateBytes = old;
        for (int round = 0; round < 12; round++)
        {
            using Repository repository = _repository.Open();
            using OpenSession session = repository.Sessions.Open("s");
            SessionDisk disk = session.Disks[0];
            byte[] block = new byte[4096];
            disk.ReadExactly(late, block);
            Assert.True(block.AsSpan().SequenceEqual(old) || block.AsSpan().SequenceEqual(lateBytes),
                $"round {round}: neither old nor new");
            block.CopyTo(_wanted, late);
            AssertSame(_wanted, disk);
            Change(disk, random, 30);
            AssertSame(_wanted, disk);
            disk.Flush();

            // It is not flushed, as if the process was killed now.
            late = random.Next(Length / 4096) * 4096L;
            old = _wanted[(int)late..(int)(late + 4096)];
            lateBytes = MixedBytes.Make(4096, round);
            disk.Write(late, lateBytes);
        }
    }

    [Fact]
    public void Writing_the_same_again_takes_no_more_room_and_zeros_give_it_back()
    {
        using Repository repository = _repository.Open();
        using (OpenSession session = repository.Sessions.Open("s"))
        {
            SessionDisk disk = session.Disks[0];
            for (int i = 0; i < 20; i++)
                disk.Write(1 << 20, MixedBytes.Make(1 << 20, i));
            disk.Flush();
        }

        Assert.Equal(1 << 20, repository.Sessions.Find("s").DirtyBytes);
        string layer = Directory.GetFiles(Path.Combine(_repository.Folder, "sessions/s"), "*.layer").Single();
        long Room() => long.Parse(Tool.Run("stat", "-c", "%b", layer)) * 512;
        Assert.InRange(Room(), 1, (1 << 20) + 65536);
        using (OpenSession session = repository.Sessions.Open("s"))
        {
            session.Disks[0].Zero(new ByteRange(1 << 20, 1 << 20));
            session.Disks[0].Flush();
            Assert.Empty(session.Disks[0].GetStoredRanges(new ByteRange(1 << 20, 1 << 20)));
        }

        Assert.InRange(Room(), 0, 65536);
        Assert.Equal(0, repository.Sessions.Find("s").DirtyBytes);
    }

    [Fact]
    public void A_full_disk_is_said_so_and_takes_nothing_that_was_durable()
    {
        using Repository repository = _repository.Open();
        using OpenSession session = repository.Sessions.Open("s");
        SessionDisk disk = session.Disks[0];
        disk.Write(8192, new byte[8192]);
        disk.Flush();
        _wanted.AsSpan(8192, 8192).Clear();
        using (FileFault.Install(_repository.Folder, 1, Errno.NoSpace, lasts: true))
        {
            IOException error = Assert.Throws<IOException>(() => disk.Write(1 << 20, MixedBytes.Make(8192, 1)));
            Assert.True(HostFiles.IsFull(error));
        }

        AssertSame(_wanted, disk);
        disk.Write(1 << 20, new byte[4096]);
        disk.Flush();
        _wanted.AsSpan(1 << 20, 4096).Clear();
        AssertSame(_wanted, disk);
    }

    // The kernel tells of a write that failed once: who asks again is told that all is well.
    [Fact]
    public void After_a_flush_that_failed_all_of_them_fail()
    {
        using Repository repository = _repository.Open();
        using OpenSession session = repository.Sessions.Open("s");
        SessionDisk disk = session.Disks[0];
        disk.Write(0, new byte[4096]);
        using (FileFault.Install(_repository.Folder, 1, Errno.InputOutput))
            Assert.Throws<IOException>(disk.Flush);
        Assert.Throws<IOException>(disk.Flush);
        Assert.Throws<IOException>(() => disk.Write(0, new byte[4096]));
        session.Dispose();
        using OpenSession again = repository.Sessions.Open("s");
        AssertSame(_wanted, again.Disks[0]);
    }

    // What could not be made durable of the map is written again: the next flush is one.
    [Fact]
    public void After_a_map_that_failed_the_next_flush_has_all_of_it()
    {
        using Repository repository = _repository.Open();
        using (OpenSession session = repository.Sessions.Open("s"))
        {
            session.Disks[0].Write(0, new byte[4096]);
            _wanted.AsSpan(0, 4096).Clear();
            using (FileFault.Install(_repository.Folder, 1, Errno.InputOutput, counts: (step, path) =>
                step is FileStep.Sync && path.EndsWith(".map", StringComparison.Ordinal)))
                Assert.Throws<IOException>(session.Disks[0].Flush);
            session.Disks[0].Flush();
        }

        using OpenSession again = repository.Sessions.Open("s");
        AssertSame(_wanted, again.Disks[0]);
    }

    [Fact]
    public void Several_threads_write_parts_of_the_same_blocks()
    {
        using Repository repository = _repository.Open();
        using OpenSession session = repository.Sessions.Open("s");
        SessionDisk disk = session.Disks[0];
        Parallel.For(0, 8, thread =>
        {
            for (int offset = thread * 512; offset < 1 << 20; offset += 4096)
                disk.Write(offset, Enumerable.Repeat((byte)(thread + 1), 512).ToArray());
        });
        for (int offset = 0; offset < 1 << 20; offset += 512)
            _wanted.AsSpan(offset, 512).Fill((byte)((offset / 512 % 8) + 1));
        AssertSame(_wanted, disk);
    }

    public void Dispose() => _repository.Dispose();

    private void Change(SessionDisk disk, Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int offset = random.Next(Length), length = random.Next(random.Next(3) == 0 ? 200_000 : 9000);
            length = Math.Min(length, Length - offset);
            if (random.Next(3) == 0)
            {
                disk.Zero(new ByteRange(offset, length));
                _wanted.AsSpan(offset, length).Clear();
                continue;
            }

            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            disk.Write(offset, bytes);
            bytes.CopyTo(_wanted, offset);
        }
    }

    private static void AssertSame(byte[] wanted, SessionDisk disk)
    {
        byte[] read = new byte[Length], stored = new byte[Length];
        disk.ReadExactly(0, read);
        Assert.True(wanted.AsSpan().SequenceEqual(read), "it reads something else");
        foreach (ByteRange range in disk.GetStoredRanges(new ByteRange(0, Length)))
            disk.ReadExactly(range.Offset, stored.AsSpan((int)range.Offset, (int)range.Length));
        Assert.True(wanted.AsSpan().SequenceEqual(stored), "there is something outside of the stored ranges");
    }
}
