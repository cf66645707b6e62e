using Mig.Core;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Images.Extract;

/// <summary>The blobs that files are made of, and reading them frame by frame.</summary>
internal static class ContentPieces
{
    // Pieces of one batch are kept in memory; each frame is decompressed once a batch.
    private const int BatchPieces = 1 << 18;

    public delegate void Visitor(in ContentPiece piece, ReadOnlySpan<byte> bytes);

    /// <summary>Returns the pieces of a file in order, without its holes.</summary>
    /// <exception cref="CorruptStoreException">Its list is missing or damaged, or has another length.</exception>
    public static IEnumerable<ContentPiece> Of(ObjectStore store, TreeEntry entry, int file)
    {
        if (entry.List is not { } list)
        {
            if (entry.Size > BlobLimits.MaxBlobSize)
                throw new CorruptStoreException("OBJ-007",
                    $"blob {entry.Sha256} is said to have {entry.Size} bytes, at most {BlobLimits.MaxBlobSize} allowed; run mig fsck");
            if (entry.Size > 0)
                yield return new ContentPiece(file, 0, new BlobId(entry.Sha256!.Value), (int)entry.Size);
            yield break;
        }

        long offset = 0;
        foreach (Chunk chunk in ChunkList.ReadChunks(store, list))
        {
            if (!chunk.IsHole)
                yield return new ContentPiece(file, offset, chunk.Blob, (int)chunk.Length);
            offset += chunk.Length;
        }

        if (offset != entry.Size)
            throw new CorruptStoreException("OBJ-007", $"list {list} has {offset} bytes, its tree entry says {entry.Size}; run mig fsck");
    }

    /// <summary>Visits pieces in the order in which they are stored, each verified, on several threads at once.</summary>
    public static void Visit(ObjectStore store, IEnumerable<ContentPiece> pieces, int parallelism, Visitor visit,
        CancellationToken cancellation)
    {
        foreach (ContentPiece[] batch in pieces.Chunk(BatchPieces))
        {
            BlobVisitor visitor = (index, bytes) =>
            {
                if (bytes.Length != batch[index].Length)
                    throw new CorruptStoreException(
                        "OBJ-007", $"blob {batch[index].Blob} has {bytes.Length} bytes, its file says {batch[index].Length}; run mig fsck");
                visit(batch[index], bytes);
            };
            BlobId[] blobs = Array.ConvertAll(batch, piece => piece.Blob);
            store.ReadBlobs(blobs, parallelism, visitor, cancellation);
        }
    }
}
