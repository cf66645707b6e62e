using Mig.Core;

namespace Mig.Store.Content;

/// <summary>
/// The content of a file, read from any place: whole where it is small, else chunk by chunk, each verified. For several threads.
/// </summary>
public sealed class FileContentSource : IByteSource
{
    private readonly IContentSource _store;
    private readonly Chunk[] _chunks;
    private readonly long[] _ends;
    private readonly Lock _gate = new();
    private (int Index, byte[] Bytes) _last = (-1, []);

    /// <param name="store">Where the content is.</param>
    /// <param name="list">The chunks of a large file.</param>
    /// <exception cref="CorruptStoreException">The list is missing or damaged.</exception>
    public FileContentSource(IContentSource store, ListId list)
        : this(store, [.. ChunkList.ReadChunks(store, list)])
    {
    }

    /// <param name="store">Where the content is.</param>
    /// <param name="blob">The content of a small file.</param>
    /// <param name="length">Its length, which the blob must have.</param>
    public FileContentSource(IContentSource store, BlobId blob, long length)
        : this(store, length == 0 ? [] : [new Chunk(blob, length, IsHole: false)])
    {
    }

    private FileContentSource(IContentSource store, Chunk[] chunks)
    {
        (_store, _chunks, _ends) = (store, chunks, new long[chunks.Length]);
        long end = 0;
        for (int i = 0; i < chunks.Length; i++)
            _ends[i] = end = checked(end + chunks[i].Length);
    }

    public long Length => _ends.Length == 0 ? 0 : _ends[^1];

    /// <inheritdoc/>
    /// <exception cref="CorruptStoreException">A chunk is missing or damaged.</exception>
    public void ReadExactly(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        int index = Array.BinarySearch(_ends, offset + 1);
        for (index = index < 0 ? ~index : index; !destination.IsEmpty; index++)
        {
            long start = _ends[index] - _chunks[index].Length;
            int count = (int)Math.Min(_ends[index] - offset, destination.Length);
            if (_chunks[index].IsHole)
                destination[..count].Clear();
            else
                ReadChunk(index).AsSpan((int)(offset - start), count).CopyTo(destination);
            destination = destination[count..];
            offset += count;
        }
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        for (int i = 0; i < _chunks.Length; i++)
        {
            long start = Math.Max(_ends[i] - _chunks[i].Length, within.Offset), end = Math.Min(_ends[i], within.End);
            if (!_chunks[i].IsHole && start < end)
                yield return new ByteRange(start, end - start);
        }
    }

    public void Dispose()
    {
    }

    // Who reads on reads the same chunk again.
    private byte[] ReadChunk(int index)
    {
        lock (_gate)
        {
            if (_last.Index == index)
                return _last.Bytes;
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)_chunks[index].Length);
        _store.ReadBlob(_chunks[index].Blob, bytes);
        lock (_gate)
            _last = (index, bytes);
        return bytes;
    }
}
