using Mig.Core;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.History.Trees;

/// <summary>Holds large files to their lists. For one thread.</summary>
internal sealed class ContentListCheck(IObjectSource store)
{
    private readonly ChunkListCheck _lists = new(store);

    /// <exception cref="CorruptStoreException">OBJ-010: entry and list disagree. Others: a list is missing or damaged.</exception>
    public void Check(in TreeId tree, in ListId list, long size, in ObjectId? sha256)
    {
        ChunkList head = _lists.Check(list);
        if (head.Size != size || head.Sha256 != sha256)
            throw new CorruptStoreException(
                "OBJ-010",
                $"tree {tree} says that a file has {size} bytes and the hash {sha256}, its list {list} says {head.Size} and "
                + $"{head.Sha256}; run mig fsck");
    }
}
