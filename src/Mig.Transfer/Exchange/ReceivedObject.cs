using Mig.Core;
using Mig.History.Graph;
using Mig.Store;

namespace Mig.Transfer.Exchange;

/// <summary>An object that has come, its bytes hashed to its id already, and that is in no store yet.</summary>
internal sealed class ReceivedObject : IObjectSource
{
    private readonly ReadOnlyMemory<byte> _payload;

    /// <exception cref="CorruptStoreException">The header does not fit the kind.</exception>
    public ReceivedObject(in ObjectId id, ObjectKind kind, ReadOnlyMemory<byte> bytes)
    {
        Id = id;
        Kind = kind;
        Bytes = bytes;
        _payload = bytes[ObjectHeader.Check(bytes.Span, kind, id)..];
    }

    public ObjectId Id { get; }

    public ObjectKind Kind { get; }

    /// <summary>Header and payload.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public ReadOnlyMemory<byte> Payload => _payload;

    /// <summary>Returns what the object names.</summary>
    /// <exception cref="CorruptStoreException">It breaks its format.</exception>
    public IEnumerable<ObjectReference> GetReferences() => ObjectReferences.Of(this, Id, Kind);

    public ReadOnlyMemory<byte> ReadPayload(in ObjectId id, ObjectKind kind) => id == Id && kind == Kind
        ? _payload
        : throw new CorruptStoreException("STORE-002", $"object {id} is not in what has come");
}
