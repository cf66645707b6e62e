using Mig.Core;
using Mig.Core.Host;
using Mig.Core.Zstd;
using Mig.Store.Locks;
using Mig.Store.Packs;
using Mig.Store.Promised;

namespace Mig.Store;

/// <summary>
/// The content-addressed store: every object once, in packs. Reads verify: what comes out has the id it was asked for by.
/// May be used from several threads; other processes may write to the same folder at the same time.
/// </summary>
public sealed partial class ObjectStore : IContentSource, IDisposable
{
    private const long FrameCacheSize = 24 << 20;

    // A collection deletes for a second or so; what is older than that is a very large repository.
    private static readonly TimeSpan RetainPatience = TimeSpan.FromMinutes(10);

    private readonly PackSet _packs;
    private readonly FrameCache _cache;
    private readonly FrameFiller _fill;
    private readonly ZstdCodec _codec = new();
    private ContentCache? _promised;

    private ObjectStore(string folder, FrameCache? frames)
    {
        Folder = folder;
        _cache = frames ?? new FrameCache(FrameCacheSize);
        _fill = ReadFrame;
        _packs = new PackSet(Path.Combine(folder, PacksFolder), new DamageNotes(folder));
    }

    /// <summary>The repository folder (<c>.mig</c>), which holds <c>packs</c> and <c>tmp</c>.</summary>
    public string Folder { get; }

    /// <summary>Where packs and indexes are.</summary>
    public const string PacksFolder = "packs";
    private const string LocksFolder = "locks";
    private const string DamagedPackCode = "PACK-001";

    private string RetentionPath => Path.Combine(Folder, LocksFolder, "objects");

    /// <summary>Where files are written before they get their names.</summary>
    public const string TemporaryFolder = "tmp";

    internal PackSet Packs => _packs;

    internal ZstdCodec Codec => _codec;

    /// <summary>Makes the folders of an empty store.</summary>
    public static void Create(string folder)
    {
        HostFiles.CreateFolder(Path.Combine(folder, PacksFolder));
        HostFiles.CreateFolder(Path.Combine(folder, TemporaryFolder));
    }

    /// <param name="frames">Keeps what is decompressed, together with other stores; null for a small one of its own.</param>
    /// <remarks>A damaged index is left out; asking for an object that no other index has then says so.</remarks>
    /// <exception cref="CorruptStoreException">The folder is no store.</exception>
    public static ObjectStore Open(string folder, FrameCache? frames = null)
    {
        if (!Directory.Exists(Path.Combine(folder, PacksFolder)))
            throw new CorruptStoreException(
                "STORE-001", $"{folder} has no folder {PacksFolder}: it is no repository, or part of it is gone");
        HostFiles.CreateFolder(Path.Combine(folder, TemporaryFolder));
        return new ObjectStore(folder, frames);
    }

    /// <summary>
    /// Keeps every object that is here until the result is disposed, whatever <c>gc</c> does in other processes. Whoever relies on an
    /// object being here, and then writes what names it, holds this from the first look until a ref leads there.
    /// </summary>
    public FileLock Retain()
    {
        HostFiles.CreateFolder(Path.Combine(Folder, LocksFolder));
        return Refreshed(FileLock.AcquireShared(RetentionPath, "the repository", RetainPatience));
    }

    /// <summary>Waits until nobody retains objects, and lets nobody do so until the result is disposed: then some may be deleted.</summary>
    /// <exception cref="ConflictException">Somebody did for all that time.</exception>
    public FileLock AcquireForDeletion(TimeSpan patience)
    {
        HostFiles.CreateFolder(Path.Combine(Folder, LocksFolder));
        return Refreshed(FileLock.Acquire(RetentionPath, "the repository", patience));
    }

    /// <summary>Begins to add objects; nothing counts before <see cref="ObjectWriter.Complete"/>.</summary>
    public ObjectWriter BeginWrite(StoreOptions options) => new(this, options);

    public bool Contains(in ObjectId id)
    {
        foreach (PackIndex index in _packs.Indexes)
        {
            if (index.Contains(id))
                return true;
        }

        return false;
    }

    /// <summary>Says that contents may be missing here, and where they are: they are fetched when they are read, into a cache.</summary>
    /// <param name="cacheFolder">A folder for the cache alone.</param>
    /// <param name="cacheLimit">Most bytes that it keeps.</param>
    public void UsePromised(IPromisedContent source, string cacheFolder, long cacheLimit) =>
        _promised = new ContentCache(cacheFolder, cacheLimit, source);

    /// <summary>Whether contents may be missing here and can be had elsewhere.</summary>
    public bool IsPartial => _promised is not null;

    /// <summary>Tells whether an object can be read without asking another place for it.</summary>
    public bool IsHere(in ObjectId id) => TryFind(id, out _) || _promised?.TryFind(id, out _) == true;

    /// <inheritdoc/>
    public void Prefetch(IEnumerable<BlobId> blobs, IEnumerable<BlobId>? ahead = null)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        if (_promised is null)
            return;
        HashSet<ObjectId> missing = [.. blobs.Select(blob => blob.Value).Where(id => !IsHere(id))];
        if (missing.Count == 0)
            return;
        if (ahead is not null)
            missing.UnionWith(ahead.Select(blob => blob.Value).Where(id => !_promised.IsComing(id) && !IsHere(id)));
        _promised.Fetch(missing);
    }

    /// <summary>
    /// Fetches contents that nobody waits for, beside those that somebody does; does nothing where none are missing.
    /// </summary>
    public void PrefetchAhead(IEnumerable<BlobId> blobs, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        if (_promised is null)
            return;
        HashSet<ObjectId> missing = [.. blobs.Select(blob => blob.Value).Where(id => !IsHere(id))];
        if (missing.Count > 0)
            _promised.Fetch(missing, isAhead: true, cancellation);
    }

    /// <summary>Looks for what other processes have added.</summary>
    public void Refresh() => _packs.Refresh();

    /// <summary>Number of objects in all indexes that were seen last.</summary>
    public long ObjectCount => _packs.Indexes.Sum(index => (long)index.ObjectCount);

    /// <summary>Number of objects in all indexes, and bytes of all packs and indexes.</summary>
    public (long Objects, long StoredBytes, int Packs) Measure()
    {
        long bytes = new DirectoryInfo(_packs.Folder).EnumerateFiles().Sum(file => file.Length);
        return (ObjectCount, bytes, _packs.Indexes.Sum(index => index.PackCount));
    }

    /// <summary>Returns the packs that count, and when they were written, UTC.</summary>
    public IReadOnlyList<(ObjectId Id, DateTime Written)> ListPacks() =>
        [.. _packs.Packs.Select(id => (id, GetPackTime(id)))];

    /// <summary>Returns the pack that an object lies in.</summary>
    public static ObjectId GetPack(in ObjectLocation location) => location.Index.GetFrame(location.Frame).Pack;

    /// <summary>Tells whether one of some packs has an object, whichever it is read from.</summary>
    public bool IsInPack(in ObjectId id, Predicate<ObjectId> which)
    {
        ArgumentNullException.ThrowIfNull(which);
        foreach (PackIndex index in _packs.Indexes)
        {
            if (index.TryFind(id, out ObjectLocation location) && which(GetPack(location)))
                return true;
        }

        return false;
    }

    /// <summary>Returns when a pack was written, UTC.</summary>
    public DateTime GetPackTime(in ObjectId pack) => File.GetLastWriteTimeUtc(Path.Combine(_packs.Folder, PackFormat.FileName(pack)));

    /// <summary>Number of pack files, those included that no index names.</summary>
    public int CountPackFiles() => Directory.EnumerateFiles(_packs.Folder, "*" + PackFormat.Extension).Count();

    /// <summary>Deletes what killed commands left in the folder of temporary files.</summary>
    public void RemoveStaleFiles() => TemporaryFile.RemoveStale(Path.Combine(Folder, TemporaryFolder));

    /// <summary>Bytes of a frame as it is stored, for each byte of its objects.</summary>
    public static double GetCompression(in ObjectLocation location)
    {
        FramePlace place = location.Index.GetFrame(location.Frame);
        return place.RawLength == 0 ? 1 : (double)place.TotalLength / place.RawLength;
    }

    public bool TryFind(in ObjectId id, out ObjectLocation location)
    {
        foreach (PackIndex index in _packs.Indexes)
        {
            if (index.TryFind(id, out location))
                return true;
        }

        location = default;
        return false;
    }

    /// <summary>
    /// Finds an object; looks at the folder again before it says that there is none: for answers that something hangs on, since a
    /// collection may just have moved it.
    /// </summary>
    public bool TryFindAnew(in ObjectId id, out ObjectLocation location)
    {
        if (TryFind(id, out location))
            return true;
        Refresh();
        return TryFind(id, out location);
    }

    /// <summary>Finds an object; looks at the folder again before it gives up.</summary>
    /// <exception cref="CorruptStoreException">There is no such object.</exception>
    public ObjectLocation Find(in ObjectId id)
    {
        if (TryFind(id, out ObjectLocation location) || (_packs.Refresh() && TryFind(id, out location)))
            return location;
        if (_promised is not null)
        {
            if (_promised.TryFind(id, out location))
                return location;
            _promised.Fetch(new HashSet<ObjectId> { id });
            if (_promised.TryFind(id, out location))
                return location;
        }

        if (FindDamage(id) is { } place)
            throw new CorruptStoreException(
                DamagedPackCode,
                $"object {id} cannot be read: {Path.Combine(_packs.Folder, PackFormat.FileName(place.Pack))}, offset {place.Offset}, is "
                + "damaged; 'mig fsck --repair-from' brings it back from a good copy");
        if (_packs.Damaged.Concat(_packs.Lost.Select(pack => pack.Problem)).FirstOrDefault() is { } damage)
            throw new CorruptStoreException(damage.Code, $"object {id} cannot be found: {damage.Message}", damage);
        throw new CorruptStoreException("STORE-002", $"object {id} is not in the repository; run mig fsck");
    }

    /// <summary>Returns the ids that begin with some hexadecimal digits, each once.</summary>
    public IReadOnlyList<(ObjectId Id, ObjectKind Kind)> FindByPrefix(string hexPrefix)
    {
        if (hexPrefix.Length > 2 * ObjectId.Size || !ObjectId.TryParse(hexPrefix.PadRight(2 * ObjectId.Size, '0'), out ObjectId first))
            return [];
        return [.. _packs.Indexes.SelectMany(index => index.FindByPrefix(first, hexPrefix.Length)).Distinct()];
    }

    /// <summary>Reads an object's stored bytes and checks them against the id.</summary>
    /// <exception cref="CorruptStoreException">It is missing, damaged, or of another kind.</exception>
    public byte[] Read(in ObjectId id, ObjectKind kind)
    {
        ObjectLocation location = Find(id);
        if (location.Kind != kind)
            throw new CorruptStoreException("STORE-003",
                $"object {id} is a {ObjectHeader.NameOf(location.Kind)}, a {ObjectHeader.NameOf(kind)} is needed; run mig fsck");
        byte[] bytes = GC.AllocateUninitializedArray<byte>(location.Length);
        ReadVerified(id, location, 0, bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public byte[] ReadBlob(in BlobId id) => Read(id.Value, ObjectKind.Blob);

    /// <inheritdoc/>
    public void ReadBlob(in BlobId id, Span<byte> destination)
    {
        ObjectLocation location = Find(id.Value);
        if (location.Kind != ObjectKind.Blob || location.Length != destination.Length)
            throw new CorruptStoreException(
                "STORE-003",
                $"object {id} is a {ObjectHeader.NameOf(location.Kind)} of {location.Length} bytes, a blob of {destination.Length} is "
                + "needed; run mig fsck");
        ReadVerified(id.Value, location, 0, destination);
    }

    /// <inheritdoc/>
    /// <remarks>Each frame is read and decompressed once.</remarks>
    public void ReadBlobs(IReadOnlyList<BlobId> blobs, int parallelism, BlobVisitor visit, CancellationToken cancellation = default)
    {
        Prefetch(blobs);
        new BlobBatch(this, blobs).Run(parallelism, visit, cancellation);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ReadPayload(in ObjectId id, ObjectKind kind)
    {
        byte[] bytes = Read(id, kind);
        int start = ObjectHeader.Check(bytes, kind, id);
        return bytes.AsMemory(start);
    }

    internal static void CheckId(in ObjectId id, ReadOnlySpan<byte> bytes, in FramePlace place)
    {
        ObjectId actual = ObjectId.Of(bytes);
        if (actual != id)
            throw new CorruptStoreException(
                "STORE-005", $"object {id} in pack {place.Pack}, frame at {place.Offset}: the bytes have the hash {actual}; run mig fsck");
    }

    /// <summary>Decompresses a frame straight from disk into a buffer that has room for it.</summary>
    internal void ReadFrame(in FramePlace place, Span<byte> raw)
    {
        byte[] scratch = FrameBuffers.Shared.Rent(place.TotalLength);
        bool isPromised = _promised?.HasPack(place.Pack) == true;
        try
        {
            FramePlace wanted = place;
            unsafe
            {
                fixed (byte* to = raw)
                {
                    byte* target = to;
                    int length = raw.Length;
                    PackSet packs = isPromised ? _promised!.Packs : _packs;
                    packs.Use(wanted.Pack, pack =>
                    {
                        FrameHeader header = pack.ReadHeader(wanted.Offset);
                        if (header.TotalLength != wanted.TotalLength || header.RawLength != wanted.RawLength)
                            throw pack.Corrupt(wanted.Offset,
                                $"the frame has {header.TotalLength} bytes for {header.RawLength}, its index says {wanted.TotalLength} "
                                + $"for {wanted.RawLength}");
                        pack.ReadFrame(wanted.Offset, header, scratch, new Span<byte>(target, length), _codec);
                    });
                }
            }
        }
        catch (CorruptStoreException e) when (e.Code == DamagedPackCode && !isPromised)
        {
            if (IsFrame(place))
                _packs.NoteDamage(new DamagedPlace(place.Pack, place.Offset));
            throw;
        }
        finally
        {
            FrameBuffers.Shared.Return(scratch);
        }
    }

    /// <summary>
    /// Says whether an object may have moved to another pack since it was found, because another process has collected the one where it
    /// was.
    /// </summary>
    internal bool HasMoved(CorruptStoreException e)
    {
        if (e.Code != PackSet.MissingPackCode)
            return false;
        Refresh();
        return true;
    }

    private FileLock Refreshed(FileLock held)
    {
        try
        {
            Refresh();
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _promised?.Dispose();
        _packs.Dispose();
        _codec.Dispose();
    }
}
