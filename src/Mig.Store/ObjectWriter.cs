using System.Runtime.ExceptionServices;
using Mig.Core;
using Mig.Store.Locks;
using Mig.Store.Packs;

namespace Mig.Store;

/// <summary>
/// Adds objects to a store. They are compressed and written on the threads that add them, and count when <see cref="Complete"/> returns:
/// first all packs are durable, then the index that names them. Disposed without it, nothing has happened but what ended packs may keep.
/// </summary>
/// <remarks>After a write that failed it is dead: every further call says why, and nothing that is not yet visible becomes so.</remarks>
public sealed class ObjectWriter : IObjectSink, IDisposable
{
    private readonly ObjectStore _store;
    private readonly FileLock _retained;
    private readonly StoreOptions _options;
    private readonly string _temporaryFolder;
    private readonly FrameBuilder _content;
    private readonly FrameBuilder _metadata;
    private readonly AddedObjects _added = new();
    private readonly Lock _writeGate = new();
    private readonly OpenPack?[] _open = new OpenPack?[2];
    private readonly List<OpenPack> _finished = [];
    private Task? _contentFinish;
    private volatile ExceptionDispatchInfo? _failure;
    private long _storedBytes;
    private long _rawBytes;

    internal ObjectWriter(ObjectStore store, StoreOptions options)
    {
        _store = store;
        _options = options;
        _temporaryFolder = Path.Combine(store.Folder, ObjectStore.TemporaryFolder);
        TemporaryFile.RemoveStale(_temporaryFolder);
        _retained = store.Retain();
        _content = new FrameBuilder(ObjectClass.Content, options, store.Codec, WriteFrame);
        _metadata = new FrameBuilder(ObjectClass.Metadata, options, store.Codec, WriteFrame);
    }

    /// <summary>Objects added so far that the store did not have.</summary>
    public int NewObjectCount => _added.Count;

    /// <summary>Bytes of those objects.</summary>
    public long NewBytes => Interlocked.Read(ref _rawBytes);

    /// <summary>Bytes that they take in packs, as far as they are written.</summary>
    public long StoredBytes => Interlocked.Read(ref _storedBytes);

    /// <summary>Tells whether the store has the object, or this writer was given it.</summary>
    public bool Contains(in ObjectId id)
    {
        if (_store.Contains(id))
            return true;
        return _added.Contains(id);
    }

    /// <inheritdoc/>
    public bool AddBlob(in BlobId id, ReadOnlySpan<byte> bytes, in OrderKey key) => Add(_content, ObjectKind.Blob, id.Value, bytes, key);

    /// <inheritdoc/>
    public ObjectId AddObject(ObjectKind kind, ReadOnlySpan<byte> payload)
    {
        byte[] bytes = ObjectHeader.Wrap(kind, payload);
        ObjectId id = ObjectId.Of(bytes);
        Add(_metadata, kind, id, bytes, new OrderKey((ulong)kind, 0, (ulong)_added.Count));
        return id;
    }

    /// <summary>Compresses a frame if one is waiting.</summary>
    public bool Help() => _content.CompressOne();

    /// <summary>Says that no more blobs come: their packs are finished while the rest goes on.</summary>
    public void EndContent()
    {
        Drain(_content);
        _content.Trim();
        _contentFinish = Task.Run(() => FinishPack(ObjectClass.Content));
    }

    /// <summary>Makes everything that was added durable and visible.</summary>
    public void Complete()
    {
        _failure?.Throw();
        if (_contentFinish is null)
            EndContent();
        Drain(_metadata);
        FinishPack(ObjectClass.Metadata);
        _contentFinish!.GetAwaiter().GetResult();
        _failure?.Throw();
        _added.Forget(); // none come any more, and the index wants room
        SpentMemory.GiveBack(_added.Count);
        var index = new PackIndexBuilder();
        bool isEmpty = true;
        foreach (OpenPack pack in _finished)
        {
            isEmpty = false;
            pack.AddTo(index);
        }

        if (isEmpty)
            return;
        Guard(() => OpenPack.Publish(_store.Packs, _temporaryFolder, index, _finished));
        IndexMerger.MergeSmall(_store.Packs, _temporaryFolder);
    }

    public void Dispose()
    {
        try
        {
            _contentFinish?.Wait();
        }
        catch (AggregateException)
        {
            // Complete would have reported it; without Complete the packs are not wanted.
        }

        _content.Dispose();
        _metadata.Dispose();
        foreach (OpenPack? pack in _open)
            pack?.Dispose();
        foreach (OpenPack pack in _finished)
            pack.Dispose();
        _retained.Dispose();
    }

    private bool Add(FrameBuilder builder, ObjectKind kind, in ObjectId id, ReadOnlySpan<byte> bytes, in OrderKey key)
    {
        if (_store.Contains(id) || !_added.Add(id))
            return false;
        Interlocked.Add(ref _rawBytes, bytes.Length);
        builder.Add(kind, id, bytes, key);
        return true;
    }

    private void Drain(FrameBuilder builder)
    {
        builder.Flush();
        ParallelWork.For(_options.Parallelism, _options.Parallelism, _ =>
        {
            while (builder.CompressOne())
            {
            }
        });
    }

    private void WriteFrame(FrameBuilder builder, FrameResult frame)
    {
        int place = (int)builder.Class;
        lock (_writeGate)
        {
            _failure?.Throw();
            try
            {
                OpenPack pack = _open[place] ??= new OpenPack(_temporaryFolder);
                pack.Append(frame.Bytes.Span, frame.RawLength, frame.Objects);
                Interlocked.Add(ref _storedBytes, frame.Bytes.Length);
                if (pack.Length >= _options.MaxPackSize)
                    PublishFull(builder.Class);
            }
            catch (Exception e)
            {
                _failure = ExceptionDispatchInfo.Capture(e);
                throw;
            }
        }
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            throw;
        }
    }

    private void FinishPack(ObjectClass objectClass)
    {
        OpenPack? pack;
        lock (_writeGate)
        {
            pack = _open[(int)objectClass];
            _open[(int)objectClass] = null;
        }

        if (pack is null)
            return;
        lock (_writeGate)
            _finished.Add(pack); // so that it is disposed whatever becomes of it
        Guard(pack.Finish);
    }

    // A full pack counts at once: if this commit is killed, the next try finds what it holds.
    private void PublishFull(ObjectClass objectClass)
    {
        FinishPack(objectClass);
        _finished[^1].PublishAlone(_store.Packs, _temporaryFolder);
        _finished.RemoveAt(_finished.Count - 1);
    }
}
