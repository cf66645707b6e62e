using Mig.Core;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Machines.Merging;

/// <summary>The content of a file of a version as bytes that can be read anywhere. For one thread.</summary>
internal sealed class EntrySource(IContentSource store, TreeEntry file) : IByteSource
{
    private readonly ContentSource _content = new(store, file);

    public long Length => file.Size;

    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, Length);
        byte[] bytes = _content.Read(offset, destination.Length)
            ?? throw new EndOfStreamException($"the content of {file.Sha256} has less than {offset + destination.Length} bytes");
        bytes.CopyTo(destination);
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        if (file.List is not { } list)
        {
            ByteRange all = within.Intersect(new ByteRange(0, Length));
            return all.IsEmpty ? [] : [all];
        }

        return ByteRanges.Normalize(Stored(list).Select(range => range.Intersect(within)).Where(range => !range.IsEmpty));
    }

    public void Dispose()
    {
    }

    private IEnumerable<ByteRange> Stored(ListId list)
    {
        long start = 0;
        foreach (Chunk chunk in ChunkList.ReadChunks(store, list))
        {
            if (!chunk.IsHole)
                yield return new ByteRange(start, chunk.Length);
            start += chunk.Length;
        }
    }
}
