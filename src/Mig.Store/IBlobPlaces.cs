using Mig.Core;

namespace Mig.Store;

/// <summary>Contents that stand somewhere else than in a store. May be used from several threads.</summary>
public interface IBlobPlaces
{
    /// <summary>Finds a blob.</summary>
    /// <param name="length">Its bytes.</param>
    /// <param name="order">A number by which many blobs are best read.</param>
    bool TryFind(in BlobId id, out int length, out long order);

    /// <summary>Reads a blob that was found. What stands there may have changed since: the caller checks it.</summary>
    /// <param name="destination">Room for exactly the blob.</param>
    void Read(in BlobId id, Span<byte> destination);
}
