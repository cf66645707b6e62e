using Mig.Core;

namespace Mig.Nbd.Serving;

/// <summary>
/// Sees when a connection reads its disk in order, and brings what comes next to hand: twice as much each time, until it reads elsewhere.
/// One thread at a time.
/// </summary>
internal sealed class ReadAhead(ICachedSource source, ReadWorkers workers) : IDisposable
{
    /// <summary>The first window, and what one unit of work is: so much is read before somebody who waits is served.</summary>
    internal const int Least = 128 << 10;

    internal const int Most = 8 << 20;

    // Clients that have several requests under way send them almost in order.
    private const int Slack = 1 << 20;

    private CancellationTokenSource _wanted = new();
    private long _next = -1;
    private long _last = -1;
    private long _ahead;
    private int _inOrder;

    /// <summary>Bytes that are brought to hand next; 0 while the disk is read here and there.</summary>
    internal int Window { get; private set; }

    /// <summary>Sees a read.</summary>
    public void Note(long offset, int length)
    {
        // The same place once more says nothing of what comes next.
        if (offset == _last)
            return;
        _last = offset;
        bool isNext = _next >= 0 && Math.Abs(offset - _next) <= (offset == _next ? 0 : Math.Min(Slack, 4L * length));
        long end = offset + length;
        if (!isNext)
        {
            Reset();
            _next = _ahead = end;
            return;
        }

        _next = Math.Max(_next, end);
        _ahead = Math.Max(_ahead, _next);
        _inOrder++;

        // Half of the window is gone, so the next one begins, twice as large.
        if (_ahead - _next > Window / 2)
            return;
        Window = Window == 0 ? Least : Math.Min(Most, 2 * Window);
        long to = Math.Min(source.Length, _next + Window);
        for (; _ahead < to; _ahead += Least)
            workers.Prepare(source, ByteRange.FromBounds(_ahead, Math.Min(to, _ahead + Least)), _wanted.Token);
        _ahead = to;
    }

    public void Dispose()
    {
        _wanted.Cancel();
        _wanted.Dispose();
    }

    private void Reset()
    {
        if (_inOrder > 0)
        {
            _wanted.Cancel();
            _wanted.Dispose();
            _wanted = new CancellationTokenSource();
        }

        _inOrder = 0;
        Window = 0;
    }
}
