using System.Runtime.ExceptionServices;
using Mig.Core;
using Mig.Store.Content;
using Mig.Store.Locks;
using Mig.Store.Packs;

namespace Mig.Store.Exchange;

/// <summary>
/// Takes in frames of content as they are stored elsewhere. Every object is hashed before it counts, and none that was not asked for is
/// taken. Packs become visible as they fill up: content refers to nothing, so what has arrived is of use whatever comes of the rest, and
/// need not come again.
/// </summary>
/// <remarks>After a write that failed it is dead: every further call says why, and no other pack becomes visible.</remarks>
public sealed class ContentReceiver : IDisposable
{
    /// <summary>A pack is made durable when it has so many bytes: a broken transfer loses less than that.</summary>
    private const long PublishSize = 64L << 20;

    private readonly ObjectStore _store;
    private readonly FileLock _retained;
    private readonly Func<ObjectId, bool> _isWanted;
    private readonly string _temporaryFolder;
    private readonly Lock _gate = new();
    private OpenPack? _pack;
    private Task _publishing = Task.CompletedTask;
    private ExceptionDispatchInfo? _failure;
    private long _objects;
    private long _bytes;
    private long _storedBytes;

    /// <param name="isWanted">Tells whether an object was asked for; may be called from several threads.</param>
    public ContentReceiver(ObjectStore store, Func<ObjectId, bool> isWanted)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        _isWanted = isWanted;
        _temporaryFolder = Path.Combine(store.Folder, ObjectStore.TemporaryFolder);
        TemporaryFile.RemoveStale(_temporaryFolder);
        _retained = store.Retain();
    }

    /// <summary>Whether manifests are taken, and no contents.</summary>
    internal bool TakesManifests { get; init; }

    /// <summary>Objects taken so far.</summary>
    public long Objects => Interlocked.Read(ref _objects);

    /// <summary>Bytes of those objects.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Bytes of their frames.</summary>
    public long StoredBytes => Interlocked.Read(ref _storedBytes);

    /// <summary>Takes in a frame. May be called from several threads.</summary>
    /// <returns>How many objects it holds, known ones included.</returns>
    /// <exception cref="CorruptStoreException">It is no valid frame, or holds what was not asked for; nothing of it is kept.</exception>
    public int Add(ReadOnlySpan<byte> frame)
    {
        byte[]? rented = null;
        try
        {
            FrameContents contents = FrameContents.Read(frame, _store.Codec, length => rented = FrameBuffers.Shared.Rent(length));
            bool anyNew = false;
            foreach ((ObjectId id, FrameObject place) in contents.Objects)
            {
                if (TakesManifests && place.Kind == ObjectKind.Blob)
                    throw new CorruptStoreException("FRAME-002", $"blob {id} came among manifests");
                if (!TakesManifests && (place.Kind != ObjectKind.Blob || place.Length > BlobLimits.MaxBlobSize))
                    throw new CorruptStoreException(
                        "FRAME-002",
                        $"object {id} is a {ObjectHeader.NameOf(place.Kind)} of {place.Length} bytes, a blob of at most "
                        + $"{BlobLimits.MaxBlobSize} is allowed here");
                if (!_isWanted(id))
                    throw new CorruptStoreException("FRAME-003", $"object {id} came, and was not asked for");
                anyNew |= !_store.Contains(id);
            }

            if (!anyNew)
                return contents.Count;
            Interlocked.Add(ref _objects, contents.Count);
            Interlocked.Add(ref _bytes, contents.Raw.Length);
            Interlocked.Add(ref _storedBytes, frame.Length);
            lock (_gate)
                Append(frame, contents);
            return contents.Count;
        }
        finally
        {
            if (rented is not null)
                FrameBuffers.Shared.Return(rented);
        }
    }

    /// <summary>Makes all that has come durable and visible; more may come after it.</summary>
    /// <exception cref="IOException">A pack could not be written.</exception>
    /// <param name="mergesIndexes">False where packs come and go one by one, as in a cache.</param>
    public void Flush(bool mergesIndexes = true)
    {
        lock (_gate)
        {
            _failure?.Throw();
            BeginPublish();
            AwaitPublish();
        }

        if (mergesIndexes)
            IndexMerger.MergeSmall(_store.Packs, _temporaryFolder);
    }

    public void Dispose()
    {
        ((IAsyncResult)_publishing).AsyncWaitHandle.WaitOne(); // what it says was said by Flush
        _pack?.Dispose();
        _retained.Dispose();
    }

    private void Append(ReadOnlySpan<byte> frame, FrameContents contents)
    {
        _failure?.Throw();
        try
        {
            _pack ??= new OpenPack(_temporaryFolder);
            _pack.Append(frame, contents.Raw.Length, contents.Objects);
        }
        catch (Exception e)
        {
            Die(e);
            throw;
        }

        if (_pack.Length >= PublishSize)
            BeginPublish();
    }

    private void Die(Exception e)
    {
        _failure = ExceptionDispatchInfo.Capture(e);
        _pack?.Dispose();
        _pack = null;
    }

    private void AwaitPublish()
    {
        try
        {
            _publishing.GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            Die(e);
            throw;
        }
    }

    // The disk takes its time to make a pack durable; the next one fills up meanwhile.
    private void BeginPublish()
    {
        AwaitPublish();
        if (_pack is not { } pack)
            return;
        _pack = null;
        _publishing = Task.Factory.StartNew(() =>
            Publish(pack), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Publish(OpenPack pack)
    {
        using (pack)
        {
            pack.Finish();
            var index = new PackIndexBuilder();
            pack.AddTo(index);
            OpenPack.Publish(_store.Packs, _temporaryFolder, index, [pack]);
        }
    }
}
