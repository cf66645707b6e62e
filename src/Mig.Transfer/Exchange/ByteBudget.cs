namespace Mig.Transfer.Exchange;

/// <summary>So many bytes may be on their way at once; a single larger piece may be there alone. For many threads.</summary>
internal sealed class ByteBudget(long most)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly object _gate = new();
    private long _taken;

    /// <summary>Waits for room.</summary>
    public void Take(long bytes, CancellationToken cancellation)
    {
        lock (_gate)
        {
            while (_taken > 0 && _taken + bytes > most)
            {
                cancellation.ThrowIfCancellationRequested();
                Monitor.Wait(_gate, Step);
            }

            _taken += bytes;
        }
    }

    public void Give(long bytes)
    {
        lock (_gate)
        {
            _taken -= bytes;
            Monitor.PulseAll(_gate);
        }
    }
}
