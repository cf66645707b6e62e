using Mig.Core;

namespace Mig.Store;

/// <summary>Where objects can be read by id: a store, or what has just been received.</summary>
public interface IObjectSource
{
    /// <summary>Reads an object that has a header, checks it against its id, and returns its payload.</summary>
    /// <exception cref="CorruptStoreException">It is missing, damaged, or of another kind.</exception>
    ReadOnlyMemory<byte> ReadPayload(in ObjectId id, ObjectKind kind);
}
