using Mig.Core;
using Mig.Nbd.Serving;
using Mig.Testing;

namespace Mig.Nbd.Tests;

/// <summary>What is brought to hand before it is asked for.</summary>
public sealed class ReadAheadTests : IDisposable
{
    private const int Step = 64 << 10;

    private readonly FakeDisk _disk = new(new byte[64 << 20]);
    private readonly ReadWorkers _workers = new(4);

    [Fact]
    public void The_window_doubles_up_to_its_limit_while_the_disk_is_read_in_order()
    {
        using var ahead = new ReadAhead(_disk, _workers);
        var windows = new List<int>();
        for (int offset = 0; offset < 32 << 20; offset += Step)
        {
            ahead.Note(offset, Step);
            if (windows.Count == 0 || windows[^1] != ahead.Window)
                windows.Add(ahead.Window);
        }

        Assert.Equal([0, 128 << 10, 256 << 10, 512 << 10, 1 << 20, 2 << 20, 4 << 20, 8 << 20], windows);
        ahead.Note(50 << 20, Step);
        Assert.Equal(0, ahead.Window);
        ahead.Note(5 << 20, Step);
        Assert.Equal(0, ahead.Window);
        ahead.Note((5 << 20) + Step, Step);
        Assert.Equal(128 << 10, ahead.Window);
    }

    [Fact]
    public void Nothing_is_brought_to_hand_twice_or_beyond_the_end_or_for_reads_here_and_there()
    {
        using (var ahead = new ReadAhead(_disk, _workers))
        {
            var random = new Random(5);
            for (int i = 0; i < 100; i++)
                ahead.Note(random.Next(0, 60) * (1L << 20), 4096);
            Assert.Empty(_disk.Prepared);
            for (long offset = 56 << 20; offset < 64 << 20; offset += Step)
                ahead.Note(offset, Step);
            Waiting.Until(() => _disk.Prepared.Sum(range => range.Length) >= (8 << 20) - (2 * Step));
        }

        ByteRange[] ranges = [.. _disk.Prepared.OrderBy(range => range.Offset)];
        Assert.Equal((56 << 20) + (2 * Step), ranges[0].Offset);
        Assert.Equal(64 << 20, ranges[^1].End);
        Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Offset));
    }

    [Fact]
    public void Requests_that_come_almost_in_order_are_in_order()
    {
        using var ahead = new ReadAhead(_disk, _workers);
        foreach (int index in (int[])[0, 1, 3, 2, 4, 6, 5, 7])
            ahead.Note(index * Step, Step);
        Assert.NotEqual(0, ahead.Window);
    }

    // Few threads, all of them busy with what nobody asked for: what is asked for is done all the same, and an error of the former is
    // nobody's.
    [Fact]
    public async Task Who_asks_is_served_first_and_gets_no_error_of_what_nobody_asked_for()
    {
        using var release = new ManualResetEventSlim();
        _disk.Before = offset =>
        {
            release.Wait();
            throw new CorruptStoreException("PACK-001", "damaged");
        };
        using var never = new CancellationTokenSource();
        for (int i = 0; i < 100; i++)
            _workers.Prepare(_disk, new ByteRange(i * Step, Step), never.Token);
        bool done = false;
        await _workers.RunAsync(() => done = true);
        Assert.True(done);
        Assert.True(_disk.Prepared.Count < 4, "not all threads are for what comes next");
        release.Set();
        Waiting.Until(() => _disk.Prepared.Count == 100);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _workers.RunAsync(() => throw new InvalidOperationException()));
    }

    [Fact]
    public async Task What_nobody_wants_any_more_is_left_out()
    {
        using var release = new ManualResetEventSlim();
        using var one = new ReadWorkers(2);
        using var gone = new CancellationTokenSource();
        _disk.Before = _ => release.Wait();
        for (int i = 0; i < 10; i++)
            one.Prepare(_disk, new ByteRange(i * Step, Step), gone.Token);
        await gone.CancelAsync();
        release.Set();
        var last = new ByteRange(1 << 20, Step);
        one.Prepare(_disk, last, CancellationToken.None);
        Waiting.Until(() => _disk.Prepared.Contains(last));
        Assert.True(_disk.Prepared.Count <= 2);
    }

    public void Dispose() => _workers.Dispose();
}
