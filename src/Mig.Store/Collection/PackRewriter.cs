using Mig.Core;
using Mig.Store.Exchange;
using Mig.Store.Packs;

namespace Mig.Store.Collection;

/// <summary>
/// Writes what is wanted of some packs into new ones. Frames all of whose objects are wanted are copied as they are stored; every object is
/// hashed on its way, so that no damage gets a new checksum.
/// </summary>
public static class PackRewriter
{
    /// <summary>Writes new packs and makes them visible, all at once; the old ones stay.</summary>
    /// <param name="marks">Not 0 for each object that is wanted.</param>
    /// <param name="packs">The packs whose objects are taken.</param>
    /// <returns>The new packs.</returns>
    /// <exception cref="CorruptStoreException">An object is damaged; nothing has changed.</exception>
    public static IReadOnlyList<ObjectId> Run(ObjectStore store, StoreOptions options, ObjectMarks marks, IReadOnlySet<ObjectId> packs,
        IProgressSink progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(marks);
        ArgumentNullException.ThrowIfNull(packs);
        ArgumentNullException.ThrowIfNull(progress);
        List<ObjectId> ids = [.. marks.Marked().Where(item =>
            packs.Contains(item.Index.GetFrame(item.Index.Locate(item.Ordinal).Frame).Pack)).Select(item => item.Index.IdOf(item.Ordinal))];
        if (ids.Count == 0)
            return [];
        using var output = new Output(store, options.MaxPackSize, progress);
        FrameSender.Send(store, options, ids, FrameShare.All, output.Add, cancellation);
        return output.Publish();
    }

    private sealed class Output(ObjectStore store, long maxPackSize, IProgressSink progress) : IDisposable
    {
        private readonly string _temporaryFolder = Path.Combine(store.Folder, ObjectStore.TemporaryFolder);
        private readonly Lock _gate = new();
        private readonly OpenPack?[] _open = new OpenPack?[2];
        private readonly List<OpenPack> _finished = [];

        public void Add(OutgoingFrame frame)
        {
            byte[] buffer = FrameBuffers.Shared.Rent(frame.Length);
            byte[]? raw = null;
            Span<byte> bytes = buffer.AsSpan(0, frame.Length);
            frame.CopyTo(bytes);
            FrameContents contents = FrameContents.Read(bytes, store.Codec, length => raw = FrameBuffers.Shared.Rent(length));
            lock (_gate)
            {
                int place = contents.Objects[0].Place.Kind == ObjectKind.Blob ? 0 : 1;
                OpenPack pack = _open[place] ??= new OpenPack(_temporaryFolder);
                pack.Append(bytes, contents.Raw.Length, contents.Objects);
                if (pack.Length >= maxPackSize)
                    Finish(place);
            }

            FrameBuffers.Shared.Return(buffer);
            FrameBuffers.Shared.Return(raw!);
            progress.Advance(frame.Length);
        }

        public IReadOnlyList<ObjectId> Publish()
        {
            Finish(0);
            Finish(1);
            var index = new PackIndexBuilder();
            _finished.ForEach(pack => pack.AddTo(index));
            OpenPack.Publish(store.Packs, _temporaryFolder, index, _finished);
            return [.. _finished.Select(pack => pack.Id)];
        }

        public void Dispose()
        {
            foreach (OpenPack? pack in _open.Concat(_finished))
                pack?.Dispose();
        }

        private void Finish(int place)
        {
            if (_open[place] is not { } pack)
                return;
            _open[place] = null;
            _finished.Add(pack);
            pack.Finish();
        }
    }
}
