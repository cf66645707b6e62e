using Mig.Core;
using Mig.Store;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Exchange;

/// <summary>
/// The commits and tags of one answer, until it is known which of them were asked for. A few bytes on the wire can stand for very many
/// here, so they wait in a file.
/// </summary>
internal sealed class ReceivedHistory(string temporaryFolder, string peer) : IDisposable
{
    private const int BufferSize = 4 << 20;

    private readonly Dictionary<ObjectId, Place> _places = [];
    private byte[] _buffer = new byte[64 << 10];
    private int _buffered;
    private long _written;
    private TemporaryFile? _file;
    private int _try;

    /// <summary>How many have come.</summary>
    public int Count => _places.Count;

    /// <summary>What came before may come again from now on.</summary>
    public void BeginTry() => _try++;

    /// <summary>Takes one more.</summary>
    /// <exception cref="RemoteException">It came before, is neither commit nor tag, or there are too many.</exception>
    public void Add(ReceivedObject item)
    {
        if (item.Kind is not (ObjectKind.Commit or ObjectKind.Tag))
            throw new RemoteException("REMOTE-013", $"{peer} sent {item.Id} among the commits, which is none");
        ReadOnlySpan<byte> bytes = item.Bytes.Span;
        if (_places.TryGetValue(item.Id, out Place before) && before.Try < _try)
        {
            _places[item.Id] = before with { Try = _try };
            return;
        }

        if (!_places.TryAdd(item.Id, new Place(item.Kind, _written + _buffered, bytes.Length, _try)))
            throw new RemoteException("REMOTE-013", $"{peer} sent {item.Id} twice, which was asked for once");
        if (_places.Count > ProtocolLimits.MaxHistory || _written + _buffered + bytes.Length > ProtocolLimits.MaxHistoryBytes)
            throw new RemoteException("REMOTE-017",
                $"{peer} sends more than {ProtocolLimits.MaxHistory} commits, or more than {ProtocolLimits.MaxHistoryBytes} bytes of "
                + "them; fetch less at once, with --depth");
        if (_buffered + bytes.Length > BufferSize)
            Spill();
        if (_buffered + bytes.Length > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_buffered + bytes.Length, Math.Min(2 * _buffer.Length, BufferSize)));
        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    public bool Contains(in ObjectId id) => _places.ContainsKey(id);

    /// <summary>Returns what came under an id; null when nothing did.</summary>
    public ReceivedObject? Find(in ObjectId id)
    {
        if (!_places.TryGetValue(id, out Place place))
            return null;
        byte[] bytes = new byte[place.Length];
        if (place.Offset >= _written)
            _buffer.AsSpan((int)(place.Offset - _written), bytes.Length).CopyTo(bytes);
        else if (_file!.Read(bytes, place.Offset) != bytes.Length)
            throw new IOException("a temporary file of the repository was cut short by somebody else");
        return new ReceivedObject(id, place.Kind, bytes);
    }

    /// <summary>
    /// Returns the commits whose whole history has come, or is known; those that others of them follow from are left out.
    /// </summary>
    public IReadOnlyCollection<ObjectId> FindComplete(Func<ObjectId, bool> isKnown)
    {
        var complete = new Dictionary<ObjectId, bool>();
        var tips = new HashSet<ObjectId>();
        foreach (ObjectId start in _places.Keys)
        {
            var pending = new Stack<ObjectId>([start]);
            while (pending.TryPeek(out ObjectId next))
            {
                IReadOnlyList<ObjectId> parents = complete.ContainsKey(next) ? [] : Parents(next);
                List<ObjectId> open = [.. parents.Where(parent => _places.ContainsKey(parent) && !complete.ContainsKey(parent))];
                if (open.Count > 0)
                {
                    open.ForEach(pending.Push);
                    continue;
                }

                pending.Pop();
                if (!complete.TryAdd(next, parents.All(parent =>
                    complete.TryGetValue(parent, out bool isWhole) ? isWhole : isKnown(parent))) || !complete[next])
                    continue;
                tips.ExceptWith(parents);
                tips.Add(next);
            }
        }

        return tips;
    }

    public void Dispose() => _file?.Dispose();

    private List<ObjectId> Parents(in ObjectId id) =>
        [.. Find(id)!.GetReferences().Where(reference => reference.Kind is ObjectKind.Commit or ObjectKind.Tag)
            .Select(reference => reference.Id)];

    private void Spill()
    {
        _file ??= new TemporaryFile(temporaryFolder, "history");
        _file.Write(_buffer.AsSpan(0, _buffered), _written);
        _written += _buffered;
        _buffered = 0;
    }

    private readonly record struct Place(ObjectKind Kind, long Offset, int Length, int Try);
}
