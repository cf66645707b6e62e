using Mig.Core;

namespace Mig.Store;

/// <summary>Where contents can be read by id, too. May be used from several threads.</summary>
public interface IContentSource : IObjectSource
{
    /// <summary>Reads a blob and checks it against its id.</summary>
    /// <exception cref="CorruptStoreException">It is missing, damaged, or no blob.</exception>
    byte[] ReadBlob(in BlobId id);

    /// <summary>Reads a blob into a buffer, checked against its id.</summary>
    /// <param name="destination">Room for exactly the blob.</param>
    /// <exception cref="CorruptStoreException">It is missing, damaged, or has another length.</exception>
    void ReadBlob(in BlobId id, Span<byte> destination);

    /// <summary>Fetches contents that are about to be read and are not here, all at once.</summary>
    /// <param name="blobs">What is needed; looked at only where contents may be elsewhere.</param>
    /// <param name="ahead">What may be needed next: it comes along when something comes.</param>
    void Prefetch(IEnumerable<BlobId> blobs, IEnumerable<BlobId>? ahead = null);

    /// <summary>Reads many blobs in the order in which they lie, on several threads.</summary>
    /// <param name="blobs">What is wanted; the same blob may be wanted several times.</param>
    /// <exception cref="CorruptStoreException">One is missing or damaged.</exception>
    void ReadBlobs(IReadOnlyList<BlobId> blobs, int parallelism, BlobVisitor visit, CancellationToken cancellation = default);
}
