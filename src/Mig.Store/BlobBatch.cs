using Mig.Core;
using Mig.Store.Exchange;
using Mig.Store.Packs;

namespace Mig.Store;

/// <summary>Reads many blobs in the order in which they are stored: each frame is read and decompressed once, on all cores.</summary>
internal sealed class BlobBatch
{
    private readonly ObjectStore _store;
    private readonly IReadOnlyList<BlobId> _blobs;
    private readonly FrameOrder _order;

    public BlobBatch(ObjectStore store, IReadOnlyList<BlobId> blobs)
    {
        _store = store;
        _blobs = blobs;
        _order = new FrameOrder(store, blobs.Select(blob => blob.Value), FrameShare.All, repeats: true);
        for (int i = 0; i < blobs.Count; i++)
        {
            ObjectKind kind = _order.Locations[i].Kind;
            if (kind != ObjectKind.Blob)
                throw new CorruptStoreException(
                    "STORE-003", $"object {blobs[i]} is a {ObjectHeader.NameOf(kind)}, a blob is needed; run mig fsck");
        }
    }

    public void Run(int parallelism, BlobVisitor visit, CancellationToken cancellation)
    {
        ParallelWork.Run(
            Math.Clamp(_blobs.Count, 1, parallelism),
            stop =>
            {
                while (_order.Claim(out _, out ReadOnlySpan<int> indexes))
                {
                    stop.ThrowIfCancellationRequested();
                    VisitFrame(indexes, visit);
                }
            },
            cancellation);
    }

    private void VisitOneByOne(ReadOnlySpan<int> indexes, BlobVisitor visit)
    {
        foreach (int index in indexes)
            visit(index, _store.Read(_blobs[index].Value, ObjectKind.Blob));
    }

    private void VisitFrame(ReadOnlySpan<int> indexes, BlobVisitor visit)
    {
        ObjectLocation first = _order.Locations[indexes[0]];
        FramePlace place = first.Index.GetFrame(first.Frame);
        byte[] buffer = FrameBuffers.Shared.Rent(place.RawLength);
        try
        {
            Span<byte> frame = buffer.AsSpan(0, place.RawLength);
            try
            {
                _store.ReadFrame(place, frame);
            }
            catch (CorruptStoreException e) when (_store.HasMoved(e))
            {
                VisitOneByOne(indexes, visit);
                return;
            }

            for (int i = 0; i < indexes.Length; i++)
            {
                int index = indexes[i];
                ObjectLocation location = _order.Locations[index];
                ReadOnlySpan<byte> bytes = frame.Slice(location.Offset, location.Length);
                if (i == 0 || _blobs[index] != _blobs[indexes[i - 1]])
                    ObjectStore.CheckId(_blobs[index].Value, bytes, place);
                visit(index, bytes);
            }
        }
        finally
        {
            FrameBuffers.Shared.Return(buffer);
        }
    }
}
