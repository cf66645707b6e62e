using Mig.Core;

namespace Mig.Store.Content;

/// <summary>Reads the content of large files from front to back, each chunk verified. For one thread.</summary>
public sealed class ContentReader(IContentSource store)
{
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(FastCdc.MaxSize);

    /// <exception cref="CorruptStoreException">A list or chunk is missing or damaged, or a chunk has another length than its list
    /// says.</exception>
    public void Read(ListId list, ContentVisitor visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        store.Prefetch(ChunkList.ReadChunks(store, list).Where(chunk => !chunk.IsHole).Select(chunk => chunk.Blob));
        foreach (Chunk chunk in ChunkList.ReadChunks(store, list))
        {
            if (chunk.IsHole)
            {
                VisitHole(chunk.Length, visit);
                continue;
            }

            // Chunks that this mig cuts fit the buffer; the format allows larger ones.
            Span<byte> bytes = chunk.Length <= _buffer.Length ? _buffer.AsSpan(0, (int)chunk.Length) : new byte[chunk.Length];
            store.ReadBlob(chunk.Blob, bytes);
            visit(bytes);
        }
    }

    private void VisitHole(long length, ContentVisitor visit)
    {
        _buffer.AsSpan().Clear();
        for (; length > 0; length -= _buffer.Length)
            visit(_buffer.AsSpan(0, (int)Math.Min(length, _buffer.Length)));
    }
}
