using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store.Collection;

/// <summary>
/// Stores blobs anew, smaller: at a high level, in large frames, with what is similar side by side, whichever packs it came from. So a
/// frame
/// is the dictionary of small files, and a version of a file is stored as its difference from the ones beside it.
/// </summary>
public static class PackRecompressor
{
    /// <summary>Bytes of objects in a frame. One file out of it costs the decompression of so many
    /// (docs/decisions/0047-repack.md).</summary>
    public const int FrameSize = 8 << 20;

    // A killed run loses no more than one of these.
    private const long MostPackBytes = 256 << 20;

    // Whoever waits for a thread to compress a window holds another one.
    private const int WindowBytes = 6 * FrameSize;

    /// <summary>Writes new packs and makes each visible when it is full; the old ones stay.</summary>
    /// <param name="objects">What is stored anew, in the order in which it shall stand; each blob once.</param>
    /// <param name="isOver">Asked before each window of some megabytes: whether this is enough for now.</param>
    /// <param name="published">Given each new pack once it is durable and visible.</param>
    /// <returns>Whether all of it is done.</returns>
    /// <exception cref="CorruptStoreException">A blob is missing or damaged. Packs that were made before stay.</exception>
    /// <exception cref="IOException">A pack cannot be written. Packs that were made before stay.</exception>
    public static bool Run(ObjectStore store, StoreOptions options, IReadOnlyList<ColdObject> objects, Func<bool> isOver,
        Action<ObjectId> published, IProgressSink progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(isOver);
        ArgumentNullException.ThrowIfNull(published);
        ArgumentNullException.ThrowIfNull(progress);
        using var output = new Output(store, published);
        StoreOptions large = options with { ContentFrameSize = FrameSize, WindowSize = int.MaxValue };
        using var builder = new FrameBuilder(ObjectClass.Content, large, store.Codec, (_, frame) => output.Add(frame));
        int next = 0;
        while (next < objects.Count && !isOver())
        {
            int start = next;
            long bytes = 0;
            while (next < objects.Count && bytes < WindowBytes)
                bytes += objects[next++].Length;
            var window = new List<BlobId>(next - start);
            for (int i = start; i < next; i++)
                window.Add(objects[i].Id);
            store.ReadBlobs(
                window,
                options.Parallelism,
                (i, blob) =>
                {
                    builder.Add(ObjectKind.Blob, window[i].Value, blob, new OrderKey(0, 0, (ulong)(start + i)));
                    progress.Advance(blob.Length);
                },
                cancellation);
            builder.Flush();
        }

        ParallelWork.For(
            options.Parallelism,
            options.Parallelism,
            _ =>
            {
                while (builder.CompressOne())
                    cancellation.ThrowIfCancellationRequested();
            },
            cancellation);
        output.Publish();
        return next == objects.Count;
    }

    private sealed class Output(ObjectStore store, Action<ObjectId> published) : IDisposable
    {
        private readonly string _temporaryFolder = Path.Combine(store.Folder, ObjectStore.TemporaryFolder);
        private readonly Lock _gate = new();
        private OpenPack? _open;

        public void Add(FrameResult frame)
        {
            lock (_gate)
            {
                _open ??= new OpenPack(_temporaryFolder);
                _open.Append(frame.Bytes.Span, frame.RawLength, frame.Objects);
                if (_open.Length >= MostPackBytes)
                    Publish();
            }
        }

        public void Publish()
        {
            lock (_gate)
            {
                if (_open is not { } pack)
                    return;
                using (pack)
                {
                    _open = null;
                    pack.Finish();
                    pack.PublishAlone(store.Packs, _temporaryFolder);
                }

                published(pack.Id);
            }
        }

        public void Dispose() => _open?.Dispose();
    }
}
