using Mig.Core;
using Mig.Store;
using Mig.Store.Exchange;

namespace Mig.Transfer.Exchange;

// Packs of a repository on this machine, which need not be read to be taken over.
internal sealed partial class FetchSession
{
    // Then what is here proves nothing of what it names: packs were taken over as they are.
    private bool _hasShared;

    // Null also where what is here is to be compared, object by object.
    private ObjectStore? SharedStore =>
        TakesContent && !_request.Refetch && _request.Sharing != PackSharing.None ? _transport.SharedStore : null;

    // A store that has nothing yet takes the other one over as it is; of a history that is cut it would take more than was asked for.
    private void ShareAll()
    {
        if (SharedStore is not { } shared || _store.ObjectCount > 0 || _request.Depth is not null || _request.Shallow.Count > 0)
            return;
        _request.Progress.Begin("packs", 0);
        PackShareResult result = PackShare.TakeAll(
            shared, _store, _request.Sharing, _options.Parallelism, _request.Progress, _cancellation);
        _hasShared = result.Objects > 0;
        Note(result);
    }

    private void ShareContent()
    {
        if (SharedStore is not { } shared || _blobs.Count == 0)
            return;
        Note(PackShare.Take(shared, _store, _blobs, _request.Sharing, _options.Parallelism, _request.Progress, _cancellation));
        ObjectId[] come = [.. _blobs.Where(id => _store.Contains(id))];
        _blobs.ExceptWith(come);
        Hold(() => Array.ForEach(come, id => _closure.Settle(id)));
    }

    private void Note(PackShareResult shared)
    {
        _objects += shared.Objects;
        _bytes += shared.Bytes;
        _storedBytes += shared.StoredBytes;
    }
}
