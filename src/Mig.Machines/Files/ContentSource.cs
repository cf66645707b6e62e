using Mig.Core;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Machines.Files;

/// <summary>Reads parts of a file, and of a large one no more chunks than they lie in. For one thread.</summary>
internal sealed class ContentSource
{
    private readonly IContentSource _store;
    private readonly TreeEntry _entry;
    private readonly List<(long Start, Chunk Chunk)> _chunks = [];
    private int _current = -1;
    private byte[] _bytes = [];

    public ContentSource(IContentSource store, TreeEntry entry)
    {
        (_store, _entry) = (store, entry);
        if (entry.List is { } list)
        {
            long start = 0;
            foreach (Chunk chunk in ChunkList.ReadChunks(store, list))
            {
                _chunks.Add((start, chunk));
                start += chunk.Length;
            }
        }
        else if (entry.Size > 0)
        {
            _chunks.Add((0, new Chunk(new BlobId(entry.Sha256!.Value), entry.Size, IsHole: false)));
        }
    }

    /// <summary>Returns the first and the last chunk of a file, where most formats say what they are.</summary>
    public static IEnumerable<BlobId> EndsOf(IContentSource store, TreeEntry entry)
    {
        List<BlobId> blobs = [.. FileContents.BlobsOf(store, entry)];
        return blobs.Count <= 2 ? blobs : [blobs[0], blobs[^1]];
    }

    /// <summary>Bytes of the whole file.</summary>
    public long Length => _entry.Size;

    /// <summary>Returns bytes of the file; null when they do not all lie in it.</summary>
    public byte[]? Read(long offset, long length)
    {
        if (offset < 0 || length < 0 || length > Array.MaxLength || offset > Length - length)
            return null;
        byte[] bytes = new byte[length];
        for (int at = 0; at < bytes.Length;)
        {
            int chunk = Find(offset + at);
            Load(chunk);
            int from = (int)(offset + at - _chunks[chunk].Start);
            int count = (int)Math.Min(bytes.Length - at, _chunks[chunk].Chunk.Length - from);
            if (!_chunks[chunk].Chunk.IsHole)
                _bytes.AsSpan(from, count).CopyTo(bytes.AsSpan(at));
            at += count;
        }

        return bytes;
    }

    private int Find(long offset) => SortedSearch.First(_chunks.Count, i => _chunks[i].Start > offset) - 1;

    private void Load(int chunk)
    {
        if (chunk == _current)
            return;
        Chunk wanted = _chunks[chunk].Chunk;
        if (!wanted.IsHole)
        {
            _bytes = new byte[wanted.Length];
            _store.ReadBlob(wanted.Blob, _bytes);
        }

        _current = chunk;
    }
}
