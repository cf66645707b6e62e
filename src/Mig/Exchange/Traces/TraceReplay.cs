using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Layouts;

namespace Mig.Exchange.Traces;

/// <summary>
/// Brings to hand what a trace says that a start reads, ahead of the start, on a thread of its own. It pauses while the machine waits for
/// anything, and never gets further ahead than there is room in the memory that serves the machine. Its errors are nobody's: who reads the
/// range gets the error.
/// </summary>
internal sealed class TraceReplay : IDisposable
{
    // So much is brought at once, before it is looked whether the machine waits.
    private const long BatchBytes = 1 << 20;

    // Other contents stand in the same frames, and the machine reads what no trace knows.
    private const int MemoryShare = 4;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly Repository _repository;
    private readonly CommitId _commit;
    private readonly Action<string> _say;
    private readonly long _window;
    private readonly List<ICachedSource> _disks = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly object _gate = new();
    private readonly HashSet<(int Disk, long Block)> _touched = [];
    private readonly HashSet<(int Disk, long Block)> _ready = [];
    private Thread? _thread;
    private int _waiting;
    private bool _isOver;
    private long _broughtBytes;

    /// <param name="commit">The version that starts.</param>
    /// <param name="memory">Bytes of decompressed contents that are kept for the machine.</param>
    /// <param name="say">Takes a line about what went wrong, once.</param>
    public TraceReplay(Repository repository, CommitId commit, long memory, Action<string> say) =>
        (_repository, _commit, _window, _say) = (repository, commit, memory / MemoryShare, say);

    /// <summary>Bytes that were brought to hand before the machine asked for them.</summary>
    public long BroughtBytes => Interlocked.Read(ref _broughtBytes);

    /// <summary>Returns a disk of the version that says what the machine reads of it; called for the disks in their order.</summary>
    public ICachedSource Watch(ICachedSource disk)
    {
        int number = _disks.Count;
        _disks.Add(disk);
        return new WatchedDisk(disk, range => Touch(number, range), Wait);
    }

    /// <summary>Begins; all disks are watched.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "trace", Priority = ThreadPriority.Lowest };
        _thread.Start();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stop.Cancel();
            Monitor.PulseAll(_gate);
        }

        _thread?.Join(EndPatience);
    }

    private void Run()
    {
        try
        {
            Bring();
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The machine has ended, and what it read from is closed.
        }
        catch (Exception e) when (e is MigException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            _say($"the trace is not replayed any further: {e.Message}");
        }

        lock (_gate)
        {
            _isOver = true;
            _touched.Clear();
        }
    }

    private void Bring()
    {
        var notes = new TraceNotes(_repository);
        if (notes.FindNearest(_commit) is not { } of || notes.Find(of) is not { } trace)
            return;
        IReadOnlyList<StoredDisk> disks = Open(_commit);
        var batch = new List<(int Disk, ByteRange Range)>();
        long bytes = 0;
        foreach ((int Disk, ByteRange Range) part in FindParts(trace, disks, of == _commit ? null : Open(of)))
        {
            batch.Add(part);
            bytes += part.Range.Length;
            if (bytes < BatchBytes)
                continue;
            Bring(batch, disks);
            batch.Clear();
            bytes = 0;
        }

        Bring(batch, disks);
    }

    private void Bring(List<(int Disk, ByteRange Range)> batch, IReadOnlyList<StoredDisk> disks)
    {
        WaitUntil(() => _waiting == 0);
        if (_repository.IsPartial)
            _repository.Store.PrefetchAhead(
                batch.SelectMany(part => disks[part.Disk].GetPieces(part.Range)).Select(piece => piece.Blob), _stop.Token);
        foreach ((int disk, ByteRange range) in batch)
        {
            // What was fetched is near enough, and what comes after it is still far away.
            if (_repository.IsPartial && !HasRoom())
                continue;
            WaitUntil(() => _waiting == 0 && HasRoom());
            _disks[disk].Prepare(range);
            Note(disk, range);
        }

        Interlocked.Add(ref _broughtBytes, batch.Sum(part => part.Range.Length));
    }

    // Parts of a trace, no longer than a batch; of another version those that this one has, too.
    private static IEnumerable<(int Disk, ByteRange Range)> FindParts(
        BootTrace trace, IReadOnlyList<StoredDisk> disks, IReadOnlyList<StoredDisk>? others)
    {
        foreach (TraceRange range in trace.Ranges.Where(range => range.Disk < disks.Count))
        {
            ByteRange whole = range.GetBytes(disks[range.Disk].Length);
            for (long offset = whole.Offset; offset < whole.End; offset += BatchBytes)
            {
                var part = ByteRange.FromBounds(offset, Math.Min(whole.End, offset + BatchBytes));
                foreach (ByteRange same in others is null ? [part] : FindEqual(others[range.Disk], disks[range.Disk], part))
                    yield return (range.Disk, same);
            }
        }
    }

    private IReadOnlyList<StoredDisk> Open(CommitId commit) =>
    [
        .. _repository.Objects.ReadImage(_repository.Objects.ReadCommit(commit).Image).Disks
            .Select(disk => new StoredDisk(_repository.Store, disk.Layout, disk.Length)),
    ];

    /// <summary>Returns the parts of a range in which two disks have the same objects in the same places.</summary>
    internal static IEnumerable<ByteRange> FindEqual(StoredDisk before, StoredDisk after, ByteRange range)
    {
        long from = range.Offset;
        foreach (LayoutChange change in LayoutDiff.ComparePieces(before.GetPieces(range), after.GetPieces(range)))
        {
            if (change.Range.Offset > from)
                yield return ByteRange.FromBounds(from, change.Range.Offset);
            from = change.Range.End;
        }

        if (from < range.End)
            yield return ByteRange.FromBounds(from, range.End);
    }

    private bool HasRoom() => (long)_ready.Count * BootTrace.BlockSize < _window;

    private void WaitUntil(Func<bool> condition)
    {
        lock (_gate)
        {
            while (!_stop.IsCancellationRequested && !condition())
                Monitor.Wait(_gate);
        }

        _stop.Token.ThrowIfCancellationRequested();
    }

    // It is at hand; what the machine has read already takes no room that something else could have.
    private void Note(int disk, ByteRange range)
    {
        lock (_gate)
        {
            for (long block = range.Offset / BootTrace.BlockSize; block * BootTrace.BlockSize < range.End; block++)
            {
                if (!_touched.Contains((disk, block)))
                    _ready.Add((disk, block));
            }
        }
    }

    private void Touch(int disk, ByteRange range)
    {
        lock (_gate)
        {
            for (long block = range.Offset / BootTrace.BlockSize; block * BootTrace.BlockSize < range.End && !_isOver; block++)
            {
                if (_touched.Count < BootTrace.MostBlocks)
                    _touched.Add((disk, block));
                if (_ready.Remove((disk, block)))
                    Monitor.PulseAll(_gate);
            }
        }
    }

    private void Wait(bool begins)
    {
        lock (_gate)
        {
            _waiting += begins ? 1 : -1;
            if (_waiting == 0)
                Monitor.PulseAll(_gate);
        }
    }
}
