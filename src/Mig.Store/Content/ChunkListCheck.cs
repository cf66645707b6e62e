using Mig.Core;

namespace Mig.Store.Content;

/// <summary>
/// Holds lists of lists to what they say of each other: depths, sizes, and where a hash may stand. Each list is read once. For one thread.
/// </summary>
public sealed class ChunkListCheck(IObjectSource store)
{
    private readonly Dictionary<ObjectId, (int Depth, ChunkList Head)> _known = [];

    /// <summary>Checks a list with all below it, and returns what it says of the whole file.</summary>
    /// <exception cref="CorruptStoreException">A list is missing or damaged, or does not fit the one above it.</exception>
    public ChunkList Check(in ListId id) => Check(id.Value, ChunkList.MaxDepth).Head;

    private (int Depth, ChunkList Head) Check(in ObjectId id, int maxDepth)
    {
        if (!_known.TryGetValue(id, out (int Depth, ChunkList Head) found))
            found = Read(id, maxDepth);
        return found.Depth <= maxDepth ? found : throw ChunkList.TooDeep(id, found.Depth, maxDepth);
    }

    private (int Depth, ChunkList Head) Read(in ObjectId id, int maxDepth)
    {
        ChunkList head = ChunkList.Read(store, new ListId(id));
        (int depth, IReadOnlyList<Chunk> entries) = ChunkList.ReadEntries(store, new ListId(id));
        if (depth > maxDepth)
            throw ChunkList.TooDeep(id, depth, maxDepth);
        foreach (Chunk entry in depth == 0 ? [] : entries.Where(entry => !entry.IsHole))
        {
            ChunkList below = Check(entry.Blob.Value, depth - 1).Head;
            if (below.Size != entry.Length)
                throw new CorruptStoreException(
                    "OBJ-007", $"list {entry.Blob} has {below.Size} bytes, list {id} says {entry.Length}; run mig fsck");
            if (below.Sha256 is not null)
                throw new CorruptStoreException(
                    "OBJ-007", $"list {entry.Blob} is a part of list {id} and says what hash the whole has; run mig fsck");
        }

        return _known[id] = (depth, head);
    }
}
