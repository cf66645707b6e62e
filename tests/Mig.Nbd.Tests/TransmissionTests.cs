using System.Buffers.Binary;
using Mig.Core;
using Mig.Testing;

namespace Mig.Nbd.Tests;

/// <summary>What is said about a disk (NBD protocol, "Transmission").</summary>
public sealed class TransmissionTests
{
    private const int EInvalid = 22;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Reads_bring_what_the_disk_has(bool isStructured, bool isWarm)
    {
        await using var server = new TestServer();
        server.ReadOnly.IsWarm = isWarm;
        using NbdLine line = server.Connect().Choose("disk", isStructured);
        (int Offset, int Length)[] ranges = [(0, 512), (1, 1), (0, 0), (4095, 8194), (0, 3 << 20), ((1 << 20) - 7, 300_000),
            ((2 << 20) + 100, 200_000), (3 << 20, 0), ((3 << 20) - 1, 1), (1 << 20, 1 << 20)];
        foreach ((int offset, int length) in ranges)
        {
            line.Send(NbdLine.Request(NbdLine.Read, (ulong)offset, (uint)length));
            byte[] read = new byte[length];
            if (isStructured)
                Assert.Equal(0u, line.TakeRead((ulong)offset, read).Error);
            else
                Assert.Equal([0, 0, 0, 0], line.TakeChunk().Payload);
            if (!isStructured)
                read = line.Take(length);
            Assert.True(server.Content.AsSpan(offset, length).SequenceEqual(read), $"{length} bytes at {offset}");
        }
    }

    [Fact]
    public async Task Zeros_are_not_sent()
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Choose("disk");
        Assert.Equal((0u, 1, 1), Read(1 << 20, 100));
        Assert.Equal((0u, 4, 4), Read(1 << 20, 1 << 20)); // a piece each
        Assert.Equal((0u, 3, 1), Read(2 << 20, 256 << 10)); // four kilobytes of zeros are not worth a part
        Assert.Equal((0u, 1, 0), Read(2 << 20, 256 << 10, 4)); // in one part: all is sent
        Assert.Equal((0u, 1, 1), Read(1 << 20, 256 << 10, 4));
        Assert.Equal((0u, 2, 2), Read((1 << 20) + 5, (256 << 10) + 1));
        Assert.Equal((75u, 0, 0), Read(0, (256 << 10) + 1, 4));

        (uint, int, int) Read(int offset, int length, ushort flags = 0)
        {
            byte[] bytes = new byte[length];
            line.Send(NbdLine.Request(NbdLine.Read, (ulong)offset, (uint)length, flags: flags));
            (uint error, int parts, int holes) = line.TakeRead((ulong)offset, bytes);
            Assert.True(error != 0 || server.Content.AsSpan(offset, length).SequenceEqual(bytes));
            return (error, parts, holes);
        }
    }

    [Fact]
    public async Task What_is_stored_is_told_in_blocks()
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Choose("disk");
        Assert.Equal([(1 << 20, 0), (1 << 20, 3), (8192, 0), (4096, 3), (53248, 0), (65536, 3), (917504, 0)], Ask(0, 3 << 20));
        Assert.Equal([(1 << 20, 0)], Ask(0, 3 << 20, 8));
        Assert.Equal([(100, 3)], Ask(1 << 20, 100, 8));
        Assert.Equal([(4000, 0)], Ask((2 << 20) + 4192, 4000));
        Assert.Equal([(1, 0)], Ask((3 << 20) - 1, 1));

        List<(int, int)> Ask(int offset, int length, ushort flags = 0)
        {
            line.Send(NbdLine.Request(NbdLine.BlockStatus, (ulong)offset, (uint)length, flags: flags));
            (int type, bool isDone, _, byte[] payload) = line.TakeChunk();
            Assert.Equal((5, true, 1u), (type, isDone, BinaryPrimitives.ReadUInt32BigEndian(payload)));
            return [.. payload[4..].Chunk(8).Select(extent => (BinaryPrimitives.ReadInt32BigEndian(extent), BinaryPrimitives
                .ReadInt32BigEndian(extent.AsSpan(4))))];
        }
    }

    public static TheoryData<ushort, ulong, uint, ushort, int> Wrong => new()
    {
        { NbdLine.Read, 3 << 20, 1, 0, EInvalid },
        { NbdLine.Read, ulong.MaxValue, 1, 0, EInvalid },
        { NbdLine.Read, ulong.MaxValue - 1, uint.MaxValue, 0, EInvalid },
        { NbdLine.Read, 0, uint.MaxValue, 0, EInvalid },
        { NbdLine.Read, 0, 512, 1, EInvalid },
        { NbdLine.Read, 0, 512, 0x8000, EInvalid },
        { NbdLine.Write, 0, 512, 0, 1 },
        { NbdLine.Write, ulong.MaxValue, 70_000, 0, 1 },
        { NbdLine.Trim, 0, 512, 0, 1 },
        { NbdLine.WriteZeroes, 0, 512, 0, 1 },
        { NbdLine.BlockStatus, 0, 0, 0, EInvalid },
        { NbdLine.BlockStatus, 0, (3 << 20) + 1, 0, EInvalid },
        { NbdLine.Cache, 1, 3 << 20, 0, EInvalid },
        { NbdLine.Cache, 0, 1, 4, EInvalid },
        { NbdLine.Flush, 1, 0, 0, EInvalid },
        { 8, 0, 0, 0, EInvalid },
        { 0xFFFF, 0, 512, 0, EInvalid },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Wrong_requests_get_their_error_and_the_line_goes_on(ushort command, ulong offset, uint length, ushort flags,
        int error)
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Choose("disk");
        line.Send(NbdLine.Request(command, offset, length, cookie: 0xDEADBEEFCAFE, flags: flags));
        if (command == NbdLine.Write)
            line.Send(new byte[length]);
        (int type, bool isDone, ulong cookie, byte[] payload) = line.TakeChunk();
        Assert.Equal((0x8001, true, 0xDEADBEEFCAFEUL, error), (type, isDone, cookie, BinaryPrimitives.ReadInt32BigEndian(payload)));
        byte[] read = new byte[512];
        line.Send(NbdLine.Request(NbdLine.Read, 0, 512));
        Assert.Equal(0u, line.TakeRead(0, read).Error);
        Assert.Equal(server.Content[..512], read);
    }

    [Fact]
    public async Task A_reply_does_not_wait_for_the_one_before()
    {
        await using var server = new TestServer();
        using var release = new ManualResetEventSlim();
        server.ReadOnly.Before = offset =>
        {
            if (offset == 0)
                release.Wait();
        };
        using NbdLine line = server.Connect().Choose("disk");
        line.Send(NbdLine.Request(NbdLine.Read, 0, 4096, cookie: 1));
        line.Send(NbdLine.Request(NbdLine.Read, 65536, 4096, cookie: 2));
        Assert.Equal(2UL, line.TakeChunk().Cookie);
        release.Set();
        Assert.Equal(1UL, line.TakeChunk().Cookie);
    }

    // What waits for a slow disk, or for another machine, is not a client that stands still.
    [Fact]
    public async Task A_read_that_takes_longer_than_all_limits_of_time_is_answered()
    {
        var clock = new ManualClock();
        await using var server = new TestServer(options => options with { Clock = clock });
        using var release = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        server.ReadOnly.Before = _ =>
        {
            begun.Set();
            release.Wait();
        };
        using NbdLine line = server.Connect().Choose("disk");
        line.Send(NbdLine.Request(NbdLine.Read, 0, 4096));
        begun.Wait(TestContext.Current.CancellationToken);
        for (int i = 0; i < 20; i++)
            clock.Advance(TimeSpan.FromMinutes(10));
        release.Set();
        byte[] read = new byte[4096];
        Assert.Equal(0u, line.TakeRead(0, read).Error);
        Assert.Equal(server.Content[..4096], read);
    }

    [Fact]
    public async Task What_was_asked_is_answered_before_the_line_ends()
    {
        await using var server = new TestServer();
        using var release = new ManualResetEventSlim();
        server.ReadOnly.Before = _ => release.Wait();
        using NbdLine line = server.Connect().Choose("disk");
        line.Send(NbdLine.Request(NbdLine.Read, 0, 4096, cookie: 5));
        line.Send(NbdLine.Request(NbdLine.Disconnect, 0, 0));
        Waiting.Until(() => server.Exports.OpenCount == 1);
        release.Set();
        Assert.Equal(5UL, line.TakeChunk().Cookie);
        Assert.True(line.IsClosed());
        server.WaitUntilIdle();
        NbdLogEntry entry = Assert.Single(server.Log);
        Assert.Equal(("disk", 1L, 4096L, null), (entry.Export, entry.Requests, entry.BytesOut, entry.Error));
    }

    [Fact]
    public async Task An_error_of_the_disk_is_an_error_of_the_request_alone()
    {
        await using var server = new TestServer();
        server.ReadOnly.Before = offset =>
        {
            if (offset >= 1 << 20)
                throw new CorruptStoreException("PACK-001", "damaged");
        };
        using NbdLine line = server.Connect().Choose("disk");
        byte[] read = new byte[2 << 20];
        foreach (int length in (int[])[4096, 2 << 20])
        {
            line.Send(NbdLine.Request(NbdLine.Read, (2 << 20) - (ulong)length, (uint)length));
            Assert.Equal(5u, line.TakeRead((2 << 20) - (ulong)length, read).Error);
        }

        line.Send(NbdLine.Request(NbdLine.Read, 0, 4096));
        Assert.Equal(0u, line.TakeRead(0, read.AsSpan(0, 4096)).Error);
        Assert.Contains("disk: PACK-001: damaged", server.Warnings);

        // Without structured replies, one that has begun can only be cut; it is never filled up with something else.
        using NbdLine simple = server.Connect().Choose("disk", isStructured: false);
        simple.Send(NbdLine.Request(NbdLine.Read, 1 << 20, 4096));
        Assert.Equal([0, 0, 0, 5], simple.TakeChunk().Payload);
        simple.Send(NbdLine.Request(NbdLine.Read, 0, 2 << 20));
        Assert.Equal([0, 0, 0, 0], simple.TakeChunk().Payload);
        Assert.Equal(server.Content[..(1 << 20)], simple.Take(1 << 20));
        Assert.Throws<EndOfStreamException>(() => simple.Take(1));
    }

    [Fact]
    public async Task What_begins_like_no_request_ends_the_line()
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Choose("disk");
        line.Send(NbdLine.Request(NbdLine.Read, 0, 512, magic: 0x12560953));
        Assert.True(line.IsClosed());
        server.WaitUntilIdle();
        Assert.Equal("it sent something else than a request", Assert.Single(server.Log).Error);
    }

    [Fact]
    public async Task A_disk_that_can_be_written_is()
    {
        await using var server = new TestServer();
        byte[] wanted = [.. server.Disk.Content];
        using NbdLine line = server.Connect().Choose("writable");
        byte[] bytes = MixedBytes.Make(600_000, 9);
        Send(NbdLine.Request(NbdLine.Write, 1000, 600_000), bytes);
        bytes.CopyTo(wanted, 1000);
        Assert.Equal(0, server.Disk.Flushes);
        Send(NbdLine.Request(NbdLine.Flush, 0, 0));
        Assert.Equal(1, server.Disk.Flushes);
        Send(NbdLine.Request(NbdLine.Write, 0, 512, flags: 1), bytes[..512]);
        bytes[..512].CopyTo(wanted, 0);
        Assert.Equal(2, server.Disk.Flushes);
        Send(NbdLine.Request(NbdLine.WriteZeroes, 4096, 8192, flags: 1 | 2 | 16));
        wanted.AsSpan(4096, 8192).Clear();
        Assert.Equal(3, server.Disk.Flushes);
        Send(NbdLine.Request(NbdLine.Trim, 100_000, 50_000));
        wanted.AsSpan(100_000, 50_000).Clear();
        Assert.Equal(wanted, server.Disk.Content);
        Fails(NbdLine.Request(NbdLine.Write, (1 << 20) - 511, 512), 28, new byte[512]);
        Fails(NbdLine.Request(NbdLine.WriteZeroes, 1 << 20, 1), 28);
        Fails(NbdLine.Request(NbdLine.Trim, 1 << 20, 1), EInvalid);
        server.Disk.Before = _ => throw new IOException("no space left") { HResult = 28 };
        Fails(NbdLine.Request(NbdLine.Write, 0, 700_000), 28, new byte[700_000]);
        server.Disk.Before = _ => { };
        Assert.Equal(wanted, server.Disk.Content);

        // One that never comes whole is not done, nor answered.
        using NbdLine gone = server.Connect().Choose("writable");
        gone.Send([.. NbdLine.Request(NbdLine.Write, 0, 4096), .. new byte[4095]]);
        gone.Dispose();
        line.Dispose();
        server.WaitUntilIdle();
        Assert.Equal(wanted, server.Disk.Content);

        void Send(byte[] request, byte[]? payload = null)
        {
            line.Send([.. request, .. payload ?? []]);
            Assert.Equal((-1, 0), line.TakeChunk() is var chunk ? (chunk.Type, BinaryPrimitives.ReadInt32BigEndian(chunk.Payload))
                : default);
        }

        void Fails(byte[] request, int error, byte[]? payload = null)
        {
            line.Send([.. request, .. payload ?? []]);
            Assert.Equal((0x8001, error), line.TakeChunk() is var chunk ? (chunk.Type, BinaryPrimitives.ReadInt32BigEndian(chunk.Payload))
                : default);
        }
    }

    [Fact]
    public async Task An_empty_disk_is_served()
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Choose("empty");
        line.Send(NbdLine.Request(NbdLine.Read, 0, 0));
        Assert.Equal((0u, 0, 0), line.TakeRead(0, []));
    }
}
