using Mig.Core;
using Mig.Exchange.Traces;

namespace Mig.Exchange.Boots;

/// <summary>What sees the reads of a machine: the count, the trace that is recorded, and the one that is replayed.</summary>
/// <param name="memory">Bytes of decompressed contents that are kept for the machine.</param>
/// <param name="fetches">Ends what is fetched for the machine; owned.</param>
internal sealed class BootWatch(
    Repository repository, BootRequest request, CommitId version, long memory, CancellationTokenSource fetches) : IDisposable
{
    private readonly List<ReadCounter> _counters = [];
    private readonly TraceRecorder? _recorder = request.IsRecorded ? new TraceRecorder() : null;
    private readonly TraceReplay? _replay =
        request.UsesTrace ? new TraceReplay(repository, version, memory, request.Say) : null;

    /// <summary>Bytes that came by a trace.</summary>
    public long ReplayedBytes => _replay?.BroughtBytes ?? 0;

    /// <summary>Returns a disk of the version that is seen; called for the disks in their order.</summary>
    public ICachedSource Watch(ICachedSource disk)
    {
        var counter = new ReadCounter(disk);
        _counters.Add(counter);
        ICachedSource watched = _replay?.Watch(counter) ?? counter;
        return _recorder?.Watch(watched) ?? watched;
    }

    /// <summary>Begins; all disks are seen.</summary>
    public void Start() => _replay?.Start();

    /// <summary>Returns the trace of what was read so far; from then on no more is noted.</summary>
    /// <exception cref="InvalidOperationException">None is recorded.</exception>
    public BootTrace TakeTrace()
    {
        if (_recorder is null)
            throw new InvalidOperationException("no trace is recorded");
        _recorder.Stop();
        return _recorder.Take();
    }

    /// <summary>Returns how many bytes of those that are not zeros were read, and how many there are.</summary>
    public (long Read, long Stored) Count()
    {
        (long read, long stored) = (0, 0);
        foreach (ReadCounter counter in _counters)
        {
            (long partRead, long partStored) = counter.Count();
            (read, stored) = (read + partRead, stored + partStored);
        }

        return (read, stored);
    }

    /// <summary>Ends what is brought ahead, and all that is fetched; the machine has ended, and the disks are not closed yet.</summary>
    public void Dispose()
    {
        fetches.Cancel();
        _replay?.Dispose();
    }
}
