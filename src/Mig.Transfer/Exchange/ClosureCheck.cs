using Mig.Core;
using Mig.History.Graph;
using Mig.Store;
using Mig.Store.Packs;

namespace Mig.Transfer.Exchange;

/// <summary>
/// Holds received objects to the rule that everything in a store has all that it names: an object may become visible only when what it
/// names is in the store, or comes with it.
/// </summary>
/// <param name="withContent">False when blobs may be missing.</param>
internal sealed class ClosureCheck(ObjectStore store, bool withContent = true)
{
    // What is missing is kept in memory until it comes.
    private const int MaxMissing = 1 << 22;

    private readonly Dictionary<ObjectId, (ObjectReference Reference, ObjectId From)> _missing = [];
    private readonly Dictionary<ObjectId, ObjectKind> _received = [];

    /// <summary>Notes an object that comes now.</summary>
    public void Receive(in ObjectId id, ObjectKind kind)
    {
        _received[id] = kind;
        if (_missing.Remove(id, out (ObjectReference Reference, ObjectId From) wanted))
            CheckFit(wanted.Reference, wanted.From, kind, -1);
    }

    /// <summary>The commits that came.</summary>
    public IReadOnlySet<ObjectId> Commits => _received.Where(item => item.Value == ObjectKind.Commit).Select(item => item.Key).ToHashSet();

    /// <summary>Notes what an object names.</summary>
    /// <returns>True when it is neither in the store nor among what has come.</returns>
    /// <exception cref="CorruptStoreException">It is there, and is not what it is said to be.</exception>
    public bool Require(in ObjectReference reference, in ObjectId from)
    {
        if (_received.TryGetValue(reference.Id, out ObjectKind kind))
        {
            CheckFit(reference, from, kind, -1);
            return false;
        }

        if (store.TryFind(reference.Id, out ObjectLocation location))
        {
            CheckFit(reference, from, location.Kind, location.Length);
            return false;
        }

        if (reference.Kind == ObjectKind.Blob && !withContent)
            return false;
        if (_missing.TryGetValue(reference.Id, out (ObjectReference Reference, ObjectId From) other))
        {
            CheckFit(reference, from, other.Reference.Kind, -1);
            var both = reference with
            {
                MinLength = Math.Max(reference.MinLength, other.Reference.MinLength),
                ExactLength = Math.Max(reference.ExactLength, other.Reference.ExactLength)
            };
            _missing[reference.Id] = (both, from);
            return true;
        }

        if (_missing.Count >= MaxMissing)
            throw new UsageException(
                $"what came names more than {MaxMissing} objects that are not here; send or fetch fewer versions at once");
        _missing.Add(reference.Id, (reference, from));
        return true;
    }

    /// <summary>Whether something has come, or is in the store.</summary>
    public bool Has(in ObjectId id) => _received.ContainsKey(id) || store.Contains(id);

    /// <summary>Notes that a blob has come into the store, by another way than <see cref="Receive"/>.</summary>
    /// <exception cref="CorruptStoreException">It is not there, or is not what it is said to be.</exception>
    public void Settle(in ObjectId id)
    {
        if (_missing.TryGetValue(id, out (ObjectReference Reference, ObjectId From) wanted))
            CheckHere(id, wanted.Reference, wanted.From);
        _missing.Remove(id);
    }

    /// <summary>Checks that nothing is missing any more: what is not among the received must be in the store by now.</summary>
    /// <exception cref="CorruptStoreException">Something never came, or is not what it is said to be.</exception>
    public void Finish()
    {
        foreach ((ObjectId id, (ObjectReference reference, ObjectId from)) in _missing)
            CheckHere(id, reference, from);
    }

    private void CheckHere(in ObjectId id, in ObjectReference reference, in ObjectId from)
    {
        if (!store.TryFindAnew(id, out ObjectLocation location))
            throw new CorruptStoreException(
                "FRAME-004", $"{ObjectHeader.NameOf(reference.Kind)} {id}, which {from} names, did not come and is not here");
        CheckFit(reference, from, location.Kind, location.Length);
    }

    private static void CheckFit(in ObjectReference reference, in ObjectId from, ObjectKind kind, long length)
    {
        if (kind != reference.Kind)
            throw new CorruptStoreException("FRAME-005",
                $"object {reference.Id} is a {ObjectHeader.NameOf(kind)}, {from} names it as a {ObjectHeader.NameOf(reference.Kind)}");
        if (length >= 0 && kind == ObjectKind.Blob
            && (length < reference.MinLength || (reference.ExactLength >= 0 && length != reference.ExactLength)))
            throw new CorruptStoreException(
                "FRAME-005",
                $"blob {reference.Id} has {length} bytes, {from} names "
                + $"{(reference.ExactLength >= 0 ? reference.ExactLength : reference.MinLength)} of it");
    }
}
