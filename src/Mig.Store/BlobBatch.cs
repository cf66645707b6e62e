using System.Buffers;
using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store;

/// <summary>Reads many blobs in the order in which they are stored: each frame is read and decompressed once, on all cores.</summary>
internal sealed class BlobBatch
{
    private readonly ObjectStore _store;
    private readonly IReadOnlyList<BlobId> _blobs;
    private readonly ObjectLocation[] _locations;
    private readonly UInt128[] _keys;
    private readonly int[] _order;
    private readonly Lock _gate = new();
    private int _next;

    public BlobBatch(ObjectStore store, IReadOnlyList<BlobId> blobs)
    {
        _store = store;
        _blobs = blobs;
        _locations = new ObjectLocation[blobs.Count];
        _keys = new UInt128[blobs.Count];
        _order = new int[blobs.Count];
        var ranks = new Dictionary<PackIndex, uint>();
        for (int i = 0; i < blobs.Count; i++)
        {
            ObjectLocation location = store.Find(blobs[i].Value);
            if (location.Kind != ObjectKind.Blob)
                throw new CorruptStoreException("STORE-003", $"object {blobs[i]} is a {ObjectHeader.NameOf(location.Kind)}, a blob is needed; run mig fsck");
            if (!ranks.TryGetValue(location.Index, out uint rank))
                ranks.Add(location.Index, rank = (uint)ranks.Count);
            _locations[i] = location;
            _keys[i] = new UInt128(rank, ((ulong)location.Frame << 32) | (uint)location.Offset);
            _order[i] = i;
        }

        Array.Sort(_keys, _order);
    }

    public void Run(int parallelism, BlobVisitor visit, CancellationToken cancellation)
    {
        Parallel.For(0, parallelism, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation }, (_, state) =>
        {
            while (!state.ShouldExitCurrentIteration && Claim(out int start, out int end))
            {
                cancellation.ThrowIfCancellationRequested();
                VisitFrame(start, end, visit);
            }
        });
    }

    private bool Claim(out int start, out int end)
    {
        lock (_gate)
        {
            start = end = _next;
            while (end < _keys.Length && _keys[end] >> 32 == _keys[start] >> 32)
                end++;
            _next = end;
            return start < end;
        }
    }

    private void VisitFrame(int start, int end, BlobVisitor visit)
    {
        ObjectLocation first = _locations[_order[start]];
        FramePlace place = first.Index.GetFrame(first.Frame);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(place.RawLength);
        try
        {
            Span<byte> frame = buffer.AsSpan(0, place.RawLength);
            _store.ReadFrame(place, frame);
            for (int i = start; i < end; i++)
            {
                int index = _order[i];
                ObjectLocation location = _locations[index];
                ReadOnlySpan<byte> bytes = frame.Slice(location.Offset, location.Length);
                if (i == start || _blobs[index] != _blobs[_order[i - 1]])
                    ObjectStore.CheckId(_blobs[index].Value, bytes, place);
                visit(index, bytes);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
