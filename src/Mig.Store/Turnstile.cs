namespace Mig.Store;

/// <summary>Lets threads that work on parts side by side go on one after the other, in the order of the parts.</summary>
internal sealed class Turnstile
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, ManualResetEventSlim> _waiting = [];
    private int _next;
    private bool _isBroken;

    /// <summary>Waits until all before a part have passed.</summary>
    /// <returns>False when one of them never will.</returns>
    public bool Enter(int start)
    {
        ManualResetEventSlim signal;
        lock (_gate)
        {
            if (_isBroken)
                return false;
            if (_next == start)
                return true;
            _waiting.Add(start, signal = new ManualResetEventSlim());
        }

        signal.Wait();
        signal.Dispose();
        lock (_gate)
            return !_isBroken;
    }

    /// <summary>Lets the part pass that begins where this one ends.</summary>
    public void Leave(int end)
    {
        lock (_gate)
        {
            _next = end;
            if (_waiting.Remove(end, out ManualResetEventSlim? signal))
                signal.Set();
        }
    }

    /// <summary>Sends all away who wait: a part has failed.</summary>
    public void Break()
    {
        lock (_gate)
        {
            _isBroken = true;
            foreach (ManualResetEventSlim signal in _waiting.Values)
                signal.Set();
            _waiting.Clear();
        }
    }
}
