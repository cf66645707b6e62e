using Mig.Core;
using Mig.Core.Host;
using Mig.Store.Locks;
using Mig.Store.Packs;

namespace Mig.Store.Collection;

/// <summary>Makes an index for packs that none names which can be read, by hashing all that is in them.</summary>
public static class PackIndexer
{
    /// <returns>How many packs have an index now that had none.</returns>
    public static int Run(ObjectStore store, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        using FileLock retained = store.Retain();
        var index = new PackIndexBuilder();
        foreach (ObjectId id in PackRemover.FindUnlisted(store, DateTime.MaxValue))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                store.Packs.Use(id, pack => Add(pack, store, index, cancellation));
            }
            catch (CorruptStoreException)
            {
                // Its frames cannot be told apart: nothing of it counts, as before.
            }
        }

        if (index.PackCount == 0)
            return 0;
        using var file = new TemporaryFile(Path.Combine(store.Folder, ObjectStore.TemporaryFolder), "index");
        string name = PackIndexFormat.FileName(index.Write(file));
        file.Publish(Path.Combine(store.Packs.Folder, name));
        HostFiles.SyncFolder(store.Packs.Folder);
        store.Refresh();
        return index.PackCount;
    }

    private static void Add(PackFile pack, ObjectStore store, PackIndexBuilder index, CancellationToken cancellation)
    {
        foreach ((long offset, FrameHeader header) in pack.ReadFrames())
        {
            cancellation.ThrowIfCancellationRequested();
            int frame = index.AddFrame(offset, header.TotalLength, header.RawLength);
            byte[] scratch = FrameBuffers.Shared.Rent(header.TotalLength), raw = FrameBuffers.Shared.Rent(Math.Max(1, header.RawLength));
            try
            {
                FrameObject[] places = pack.ReadTable(offset, header);
                pack.ReadFrame(offset, header, scratch, raw, store.Codec);
                foreach (FrameObject place in places)
                    index.AddObject(ObjectId.Of(raw.AsSpan(place.Offset, place.Length)), frame, place);
            }
            catch (CorruptStoreException)
            {
                // A damaged frame holds nothing.
            }
            finally
            {
                FrameBuffers.Shared.Return(scratch);
                FrameBuffers.Shared.Return(raw);
            }
        }

        index.EndPack(pack.Id, pack.Length);
    }
}
