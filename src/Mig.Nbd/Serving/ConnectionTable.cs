using System.Net;

namespace Mig.Nbd.Serving;

/// <summary>
/// The connections that are open: so many of one address, and of all. When there is no room, the oldest that has not chosen a disk goes,
/// first of the address that has most of them. For
/// many threads.
/// </summary>
internal sealed class ConnectionTable(int most, int mostPerClient)
{
    private readonly HashSet<NbdConnection> _open = [];
    private readonly Lock _gate = new();

    public int Count
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    /// <summary>Makes room and takes it.</summary>
    /// <returns>False when everybody else works with a disk.</returns>
    public bool TryEnter(NbdConnection connection)
    {
        NbdConnection? own = null, other = null;
        bool isIn;
        lock (_gate)
        {
            IPAddress? address = connection.Client.Address;
            bool fits = address is null || _open.Count(open => address.Equals(open.Client.Address)) < mostPerClient
                || TryEvict(address, out own);
            isIn = fits && (_open.Count < most || TryEvict(null, out other));
            if (isIn)
                _open.Add(connection);
        }

        own?.Close("closed to make room for others");
        other?.Close("closed to make room for others");
        return isIn;
    }

    public void Leave(NbdConnection connection)
    {
        lock (_gate)
            _open.Remove(connection);
    }

    public NbdConnection[] List()
    {
        lock (_gate)
            return [.. _open];
    }

    // Of one address, or of that which has most.
    private bool TryEvict(IPAddress? address, out NbdConnection? evicted)
    {
        evicted = _open.Where(open => !open.HasDisk && (address is null || address.Equals(open.Client.Address)))
            .GroupBy(open => open.Client.Address)
            .MaxBy(group => group.Count())?
            .MinBy(open => open.OpenedAt);
        return evicted is not null && _open.Remove(evicted);
    }
}
