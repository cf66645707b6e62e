using Mig.Core;

namespace Mig.Nbd.Serving;

/// <summary>
/// The threads that wait for disks, decompression and other machines, so that nobody else does. What a client asked for goes before what it
/// may ask for next: a thread takes up the latter
/// only when nobody waits, and few of them do. For many threads.
/// </summary>
/// <param name="most">Threads that work at once.</param>
internal sealed class ReadWorkers(int most) : IDisposable
{
    // Units of read-ahead that wait; of more, the new ones are left out: they come when they are asked for.
    private const int MostAhead = 1024;

    private readonly int _mostAheadAtOnce = Math.Max(1, Math.Min(Environment.ProcessorCount, most - 1));
    private readonly Queue<(Action Work, TaskCompletionSource Done)> _wanted = new();
    private readonly Queue<(ICachedSource? Source, ByteRange Range, CancellationToken Unwanted)> _ahead = new();
    private readonly object _gate = new();
    private int _threads;
    private int _idle;
    private int _aheadAtOnce;
    private bool _isOver;

    /// <summary>Runs what a client waits for.</summary>
    /// <returns>Ends as the work does.</returns>
    public Task RunAsync(Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            _wanted.Enqueue((work, done));
            Wake(_wanted.Count);
        }

        return done.Task;
    }

    /// <summary>
    /// Brings a range to hand when there is nothing better to do. It fails unseen: whoever reads the range gets the error.
    /// </summary>
    /// <param name="unwanted">Says that nobody wants it any more.</param>
    public void Prepare(ICachedSource source, ByteRange range, CancellationToken unwanted)
    {
        lock (_gate)
        {
            if (_isOver || _ahead.Count >= MostAhead)
                return;
            _ahead.Enqueue((source, range, unwanted));
            if (_aheadAtOnce < _mostAheadAtOnce)
                Wake(_wanted.Count + 1);
        }
    }

    /// <summary>Takes no more work; what is under way ends by itself.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _ahead.Clear();
            Monitor.PulseAll(_gate);
        }
    }

    private void Wake(int waiting)
    {
        if (_idle >= waiting)
        {
            Monitor.Pulse(_gate);
        }
        else if (_threads < most)
        {
            _threads++;
            new Thread(Work) { IsBackground = true, Name = "nbd" }.Start();
        }
        else
        {
            Monitor.Pulse(_gate);
        }
    }

    private void Work()
    {
        while (true)
        {
            (Action Work, TaskCompletionSource Done) wanted = default;
            (ICachedSource? Source, ByteRange Range, CancellationToken Unwanted) ahead = default;
            lock (_gate)
            {
                while (!_wanted.TryDequeue(out wanted))
                {
                    if (_isOver)
                        return;
                    if (_aheadAtOnce < _mostAheadAtOnce && _ahead.TryDequeue(out ahead))
                    {
                        _aheadAtOnce++;
                        break;
                    }

                    _idle++;
                    Monitor.Wait(_gate);
                    _idle--;
                }
            }

            if (wanted.Work is not null)
                Run(wanted.Work, wanted.Done);
            else
                PrepareNow(ahead.Source!, ahead.Range, ahead.Unwanted);
        }
    }

    private static void Run(Action work, TaskCompletionSource done)
    {
        try
        {
            work();
            done.SetResult();
        }
        catch (Exception e)
        {
            done.SetException(e);
        }
    }

    private void PrepareNow(ICachedSource source, ByteRange range, CancellationToken unwanted)
    {
        try
        {
            if (!unwanted.IsCancellationRequested)
                source.Prepare(range);
        }
        catch (Exception e) when (e is MigException or IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Nobody asked for it. Who does gets the error.
        }
        finally
        {
            lock (_gate)
                _aheadAtOnce--;
        }
    }
}
