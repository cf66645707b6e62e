using Mig.Core;

namespace Mig.FileSystems;

/// <summary>
/// Decides, for every file system, whether what it holds to be free may be believed. Free space is overwritten, left out and given away;
/// one range that is free and in use at once, or anything that could not be read, and nothing of the volume is trusted.
/// </summary>
/// <remarks>It is begun before a volume is walked over, and has seen enough when every node and every directory were read.</remarks>
public sealed class TrustedFreeSpace : ISpaceWatcher
{
    private readonly ByteRange[] _claimed;
    private readonly Lock _gate = new();
    private ByteRange _contradiction;
    private string _doubt;

    private TrustedFreeSpace(ByteRange[] claimed, string doubt)
    {
        _claimed = claimed;
        _doubt = doubt;
    }

    /// <summary>Why the free space is not trusted, without a full stop; empty when it is.</summary>
    public string Doubt
    {
        get
        {
            lock (_gate)
                return _doubt;
        }
    }

    /// <summary>What is free, ascending and disjoint; nothing when it is not trusted.</summary>
    public IReadOnlyList<ByteRange> Ranges => Doubt.Length == 0 ? _claimed : [];

    /// <summary>Reads what a file system holds to be free, and watches what is found in use from now on.</summary>
    public static TrustedFreeSpace Begin(IFileSystem fileSystem)
    {
        ArgumentNullException.ThrowIfNull(fileSystem);
        TrustedFreeSpace free;
        try
        {
            free = new TrustedFreeSpace([.. fileSystem.GetFreeRanges()], fileSystem.Info.FreeSpaceDoubt);
            fileSystem.Watch(free);
        }
        catch (CorruptImageException e)
        {
            free = new TrustedFreeSpace([], e.Message);
        }

        return free;
    }

    public void InUse(ByteRange range, long node, string what)
    {
        int first = FirstEndingAfter(range.Offset);
        if (range.IsEmpty || first == _claimed.Length || _claimed[first].Offset >= range.End)
            return;
        ByteRange both = range.Intersect(_claimed[first]);
        lock (_gate)
        {
            // The first one on the volume, whichever thread comes first.
            if (_contradiction.IsEmpty ? _doubt.Length > 0 : _contradiction.Offset <= both.Offset)
                return;
            _contradiction = both;
            _doubt = $"the {both.Length} bytes at offset {both.Offset} are said to be free, and "
                + $"{(node == ISpaceWatcher.NoNode ? what : $"{what} of node {node}")} lies there";
        }
    }

    // By hand: this is asked for every extent of a volume, and a delegate for each would be garbage.
    private int FirstEndingAfter(long offset)
    {
        int low = 0, high = _claimed.Length;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (_claimed[middle].End > offset)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    void ISpaceWatcher.Doubt(string reason)
    {
        lock (_gate)
            _doubt = _doubt.Length == 0 ? reason : _doubt;
    }
}
