using System.Buffers;
using Mig.Core;
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
        _order = new FrameOrder(store, blobs.Select(blob => blob.Value));
        for (int i = 0; i < blobs.Count; i++)
        {
            ObjectKind kind = _order.Locations[i].Kind;
            if (kind != ObjectKind.Blob)
                throw new CorruptStoreException("STORE-003", $"object {blobs[i]} is a {ObjectHeader.NameOf(kind)}, a blob is needed; run mig fsck");
        }
    }

    /// <param name="turnstile">Lets one thread visit at a time, in the order of the frames; null to let all.</param>
    public void Run(int parallelism, Turnstile? turnstile, BlobVisitor visit, CancellationToken cancellation)
    {
        Parallel.For(0, parallelism, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation }, (_, state) =>
        {
            try
            {
                while (!state.ShouldExitCurrentIteration && _order.Claim(out int start, out ReadOnlySpan<int> indexes))
                {
                    cancellation.ThrowIfCancellationRequested();
                    VisitFrame(start, indexes, turnstile, visit);
                }
            }
            catch
            {
                turnstile?.Break();
                throw;
            }
        });
    }

    private void VisitFrame(int start, ReadOnlySpan<int> indexes, Turnstile? turnstile, BlobVisitor visit)
    {
        ObjectLocation first = _order.Locations[indexes[0]];
        FramePlace place = first.Index.GetFrame(first.Frame);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(place.RawLength);
        try
        {
            Span<byte> frame = buffer.AsSpan(0, place.RawLength);
            _store.ReadFrame(place, frame);
            for (int i = 0; i < indexes.Length; i++)
            {
                if (i == 0 || _blobs[indexes[i]] != _blobs[indexes[i - 1]])
                    ObjectStore.CheckId(_blobs[indexes[i]].Value, BytesOf(indexes[i], frame), place);
            }

            if (turnstile?.Enter(start) == false)
                return;
            foreach (int index in indexes)
                visit(index, BytesOf(index, frame));
            turnstile?.Leave(start + indexes.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ReadOnlySpan<byte> BytesOf(int index, ReadOnlySpan<byte> frame) => frame.Slice(_order.Locations[index].Offset, _order.Locations[index].Length);
}
