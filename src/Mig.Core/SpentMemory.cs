using Mig.Core.Host;

namespace Mig.Core;

/// <summary>
/// What a step of work leaves behind. Of millions of things it is more than the collector clears away by itself before the next step has
/// filled the memory: it waits until the heap has grown by as much again.
/// </summary>
public static class SpentMemory
{
    private const long Many = 100_000;

    /// <summary>Gives it back to the system, where it is worth the while.</summary>
    /// <param name="things">How many things the step that ended knew of.</param>
    public static void GiveBack(long things)
    {
        if (things < Many)
            return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        LibC.TrimHeap();
    }
}
