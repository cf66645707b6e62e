using System.Diagnostics;
using System.Net;
using Mig.Nbd;
using Mig.Nbd.Tests;
using Mig.Testing;

namespace Mig.Hostile.Tests;

/// <summary>
/// Clients of NBD that send anything, nothing, or more than they take: others are served, and memory and threads stay within their bounds.
/// </summary>
public sealed class NbdAttackTests
{
    private const long SharedBuffers = 128 << 20;
    private const int Piece = 256 << 10;

    private static readonly TimeSpan Patience = new NbdServerOptions
    {
        Listen = NbdEndpoint.Parse("tcp:127.0.0.1"),
        Exports = new FakeExports()
    }.HandshakePatience;

    // Everything that a client says from its first byte to its last.
    private static readonly byte[] Talk =
    [
        0, 0, 0, 3,
        .. Option(NbdLine.Structured, []),
        .. Option(NbdLine.SetContext, NbdLine.Queries("writable", "base:allocation")),
        .. Option(NbdLine.Info, NbdLine.Named("writable", 1, 3)),
        .. Option(NbdLine.Go, NbdLine.Named("writable", 3)),
        .. NbdLine.Request(NbdLine.Read, 4096, 4096, 1),
        .. NbdLine.Request(NbdLine.BlockStatus, 0, 65536, 2),
        .. NbdLine.Request(NbdLine.Write, 8192, 16, 3, 1), .. new byte[16],
        .. NbdLine.Request(NbdLine.WriteZeroes, 0, 4096, 4),
        .. NbdLine.Request(NbdLine.Disconnect, 0, 0, 5),
    ];

    [Fact]
    public async Task Any_bit_may_be_wrong()
    {
        await using var server = new TestServer();
        for (int bit = 0; bit < 8 * Talk.Length; bit++)
        {
            byte[] talk = [.. Talk];
            talk[bit / 8] ^= (byte)(1 << (bit % 8));
            using NbdLine line = server.Connect();
            line.Send(talk);
            line.EndSending();
            Assert.True(line.IsClosed(), $"bit {bit} holds the line");
        }

        AssertServes(server, "disk");
        server.WaitUntilIdle();
        Assert.Empty(server.Warnings);
    }

    [Fact]
    public async Task It_may_end_anywhere()
    {
        await using var server = new TestServer();
        for (int length = 0; length < Talk.Length; length++)
        {
            using NbdLine line = server.Connect();
            line.Send(Talk[..length]);
        }

        AssertServes(server, "disk");
        server.WaitUntilIdle();
        Assert.Empty(server.Warnings);
    }

    [Fact]
    public async Task Options_without_end_are_not_taken()
    {
        await using var server = new TestServer();
        foreach (uint length in (uint[])[(1 << 20) + 1, int.MaxValue, uint.MaxValue])
        {
            using NbdLine line = server.Connect().Greet();
            line.Option(NbdLine.Go, [], length: length);
            Assert.True(line.IsClosed());
        }

        using NbdLine write = server.Connect().Choose("writable");
        write.Send(NbdLine.Request(NbdLine.Write, 0, uint.MaxValue));
        Assert.True(write.IsClosed());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_thousand_that_say_nothing_hold_no_thread_and_keep_nobody_out(bool isTcp)
    {
        await using var server = new TestServer(isTcp: isTcp);
        int threads = Process.GetCurrentProcess().Threads.Count;
        List<NbdLine> strangers = [.. Enumerable.Range(0, 1000).Select(_ => server.Connect())];
        Waiting.Until(() => server.Server.ConnectionCount >= (isTcp ? 64 : 512));
        AssertServes(server, "disk");
        Assert.InRange(Process.GetCurrentProcess().Threads.Count, 0, threads + 500);
        strangers.ForEach(line => line.Dispose());
        server.WaitUntilIdle();
    }

    [Fact]
    public async Task Who_works_is_not_closed_for_who_comes()
    {
        await using var server = new TestServer(options => options with { MaxConnections = 4 });
        List<NbdLine> lines = [.. Enumerable.Range(0, 4).Select(_ => server.Connect().Choose("disk"))];
        using (NbdLine late = server.Connect())
            Assert.True(late.IsClosed());
        lines.ForEach(line => line.Send(NbdLine.Request(NbdLine.Read, 0, 512)));
        Assert.All(lines, line => Assert.Equal(0u, line.TakeRead(0, new byte[512]).Error));
        lines.ForEach(line => line.Dispose());
        server.WaitUntilIdle();
        AssertServes(server, "disk");
    }

    [Fact]
    public async Task Who_is_slow_to_choose_or_stops_within_a_request_is_cut_and_who_rests_is_not()
    {
        var clock = new ManualClock();
        await using var server = new TestServer(options => options with { Clock = clock });
        using NbdLine silent = server.Connect(), trickle = server.Connect().Greet(), rests = server.Connect().Choose("disk"),
            stops = server.Connect().Choose("writable"), half = server.Connect().Choose("disk");
        foreach (NbdLine line in (NbdLine[])[rests, stops, half])
        {
            line.Send(NbdLine.Request(NbdLine.Read, 0, 512));
            Assert.Equal(0u, line.TakeRead(0, new byte[512]).Error);
        }

        trickle.Send([0x49, 0x48]);
        stops.Send([.. NbdLine.Request(NbdLine.Write, 0, 4096), 1, 2, 3]);
        half.Send(NbdLine.Request(NbdLine.Read, 0, 512)[..27]);

        // A client has its reply a moment before the server knows: who rests must not be taken for one who still takes it.
        Waiting.Until(() => server.Server.WaitingCount == 2 && server.Server.ConnectionCount == 5);

        // Each Advance lets what waits be seen; none of them is reached by the machine's own time.
        Waiting.Until(() => Cut(silent, trickle, stops, half) == 4);
        rests.Send(NbdLine.Request(NbdLine.Read, 0, 512));
        Assert.Equal(0u, rests.TakeRead(0, new byte[512]).Error);

        int Cut(params NbdLine[] lines)
        {
            clock.Advance(Patience);
            Thread.Yield();
            return server.Server.ConnectionCount == 1 ? lines.Count(line => line.IsClosed()) : 0;
        }
    }

    [Fact]
    public async Task Who_asks_and_does_not_take_is_bounded_and_cut_and_others_are_served()
    {
        var clock = new ManualClock();
        await using var server = new TestServer(options => options with { Clock = clock, MaxConnections = 200 });
        byte[] flood = [.. Enumerable.Range(0, 200).SelectMany(i => NbdLine.Request(NbdLine.Read, 0, 1 << 20, (ulong)i))];
        List<NbdLine> strangers = [];
        for (int i = 0; i < 150; i++)
        {
            NbdLine line = server.Connect().Choose(i % 2 == 0 ? "disk" : "writable");
            strangers.Add(line);
            line.Send(flood);
        }

        AssertServes(server, "disk");
        Assert.InRange(server.Server.BufferedBytes, 0, SharedBuffers);
        Waiting.Until(() =>
        {
            clock.Advance(TimeSpan.FromMinutes(2));
            return server.Server.ConnectionCount == 0;
        });
        server.WaitUntilIdle();
        Assert.Equal(0, server.Server.BufferedBytes);
        Assert.Equal(150, server.Log.Count(entry => entry.Error == "it did not take its replies, or go on with a request"));
        strangers.ForEach(line => line.Dispose());
        AssertServes(server, "disk");
    }

    private static void AssertServes(TestServer server, string name)
    {
        using NbdLine line = server.Connect().Choose(name);
        byte[] read = new byte[300_000];
        line.Send(NbdLine.Request(NbdLine.Read, 1000, 300_000));
        Assert.Equal(0u, line.TakeRead(1000, read).Error);
        Assert.Equal(server.Content[1000..301_000], read);
    }

    private static byte[] Option(uint option, byte[] data) => [.. BitConverter.GetBytes(IPAddress
        .HostToNetworkOrder((long)NbdLine.OptionMagic)), .. NbdLine.Long(option), .. NbdLine.Long((uint)data.Length), .. data];
}
