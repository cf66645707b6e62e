using System.Runtime;
using Mig.Core.Host;
using Mig.Store;

namespace Mig.Transfer.Http;

/// <summary>
/// Gives memory back to the system once the server has had nothing to do for a while: twenty clones leave much behind that nobody needs.
/// For many threads.
/// </summary>
internal sealed class IdleMemory : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private readonly ITimer _timer;
    private readonly Func<bool> _isIdle;

    /// <param name="isIdle">Whether nothing is under way.</param>
    public IdleMemory(TimeProvider clock, Func<bool> isIdle)
    {
        _isIdle = isIdle;
        _timer = clock.CreateTimer(_ => GiveBack(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A request has ended.</summary>
    public void Ended() => _timer.Change(Quiet, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer.Dispose();

    private void GiveBack()
    {
        if (!_isIdle())
            return; // whoever ends last comes here again
        FrameBuffers.Shared.Clear();
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        LibC.TrimHeap();
    }
}
