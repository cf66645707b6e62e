using Mig.Core;
using Mig.History.Trust;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Images.Ingest;

/// <summary>
/// Finds the large contents that were cut here by their size and first chunk: what a layout says of a file. For one thread.
/// </summary>
internal sealed class ProvenContents(ObjectStore store)
{
    private readonly ProvenLists _lists = ProvenLists.Read(store.Folder);
    private readonly Dictionary<long, ILookup<BlobId, Known>> _bySize = [];

    /// <param name="first">The first blob of the content; null when it is all holes.</param>
    public IEnumerable<Known> Find(long size, BlobId? first)
    {
        if (!_bySize.TryGetValue(size, out ILookup<BlobId, Known>? known))
            _bySize.Add(size, known = Read(size));
        return known[first ?? default];
    }

    private ILookup<BlobId, Known> Read(long size) => _lists.FindAll(size)
        .Where(row => store.TryFind(row.List.Value, out _))
        .Select(row => new Known(row.Sha256, row.List, [.. ChunkList.ReadChunks(store, row.List)]))
        .ToLookup(known => Array.Find(known.Chunks, chunk => !chunk.IsHole).Blob);

    /// <param name="Sha256">Of the whole.</param>
    internal sealed record Known(ObjectId Sha256, ListId List, Chunk[] Chunks);
}
