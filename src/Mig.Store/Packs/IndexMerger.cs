using Mig.Core;
using Mig.Core.Host;

namespace Mig.Store.Packs;

/// <summary>
/// Keeps the number of indexes logarithmic: whenever some small ones together outweigh half of the next larger, they become one (as
/// geometric repacking does in Git). Two processes may do so at once: an index that covers packs twice does no harm.
/// </summary>
internal static class IndexMerger
{
    // What is above stays as it is: merging takes memory, and so few look-ups are saved.
    private const int MaxObjects = 2_000_000;
    private const int KeepUnmerged = 4;

    public static void MergeSmall(PackSet packs, string temporaryFolder)
    {
        try
        {
            Merge(packs, temporaryFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What was stored is durable. On a full disk there are more indexes for a while: another merge takes them.
        }
    }

    private static void Merge(PackSet packs, string temporaryFolder)
    {
        PackIndex[] indexes = [.. packs.Indexes.Reverse()];
        if (indexes.Length <= KeepUnmerged)
            return;
        long total = 0;
        int count = 0;
        while (count < indexes.Length && (count < 2 || indexes[count].ObjectCount < 2 * total) && total
            + indexes[count].ObjectCount <= MaxObjects && IsSound(indexes[count]))
            total += indexes[count++].ObjectCount;
        if (count < 2)
            return;

        var merged = new PackIndexBuilder();
        foreach (PackIndex index in indexes.AsSpan(0, count))
            merged.AddAll(index);
        using var file = new TemporaryFile(temporaryFolder, "index");
        string kept = PackIndexFormat.FileName(merged.Write(file));
        file.Publish(Path.Combine(packs.Folder, kept));
        HostFiles.SyncFolder(packs.Folder);
        foreach (PackIndex index in indexes.AsSpan(0, count))
        {
            if (Path.GetFileName(index.Path) != kept)
                HostFiles.Delete(index.Path);
        }

        packs.Refresh();
    }

    // A damaged index must not become part of a new one whose checksum is right. It stays as it is until fsck reports it. The same holds
    // for one with a pack that does not count.
    private static bool IsSound(PackIndex index)
    {
        if (index.HasLost)
            return false;
        try
        {
            index.Verify();
            return true;
        }
        catch (CorruptStoreException)
        {
            return false;
        }
    }
}
