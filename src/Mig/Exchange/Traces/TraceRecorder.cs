using Mig.Core;

namespace Mig.Exchange.Traces;

/// <summary>Notes which blocks of a version's disks are read, in the order of the first time. For many threads.</summary>
internal sealed class TraceRecorder
{
    private readonly Lock _gate = new();
    private readonly List<ICachedSource> _disks = [];
    private readonly HashSet<(int Disk, long Block)> _seen = [];
    private readonly List<(int Disk, long Block)> _order = [];
    private bool _isOver;

    /// <summary>Returns a disk that notes what is read of it; called for the disks in their order.</summary>
    public ICachedSource Watch(ICachedSource disk)
    {
        int number = _disks.Count;
        _disks.Add(disk);
        return new WatchedDisk(disk, range => Note(number, range));
    }

    /// <summary>Notes nothing any more.</summary>
    public void Stop()
    {
        lock (_gate)
            _isOver = true;
    }

    /// <summary>Returns what was read so far. Blocks of zeros are left out: they are never far away.</summary>
    public BootTrace Take()
    {
        (int Disk, long Block)[] order;
        lock (_gate)
            order = [.. _order];
        return BootTrace.Of(order.Where(item => _disks[item.Disk]
            .GetStoredRanges(new TraceRange(item.Disk, item.Block, 1).GetBytes(_disks[item.Disk].Length)).Any()));
    }

    private void Note(int disk, ByteRange range)
    {
        if (range.IsEmpty)
            return;
        lock (_gate)
        {
            for (long block = range.Offset / BootTrace.BlockSize; block * BootTrace.BlockSize < range.End && !_isOver; block++)
            {
                if (_order.Count < BootTrace.MostBlocks && _seen.Add((disk, block)))
                    _order.Add((disk, block));
            }
        }
    }
}
