namespace Mig.Nbd.Serving;

/// <summary>
/// The bytes that replies and writes of all connections may take at once. When they are used up, each connection still has room for one
/// piece of its own: clients that do not read
/// their replies slow others down, but never stop them. For many threads.
/// </summary>
/// <param name="most">Bytes that are shared.</param>
internal sealed class BufferBudget(long most)
{
    private long _used;

    /// <summary>Bytes that are in use.</summary>
    internal long Used => Interlocked.Read(ref _used);

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= most)
            return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    public void Give(int bytes) => Interlocked.Add(ref _used, -bytes);
}
