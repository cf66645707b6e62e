using Mig.Core;
using Mig.Core.Host;
using Mig.Store.Packs;

namespace Mig.Store.Promised;

/// <summary>
/// Contents that came from elsewhere because they were read: a store of its own, of limited size, that may be deleted at any time. What was
/// fetched longest ago goes first. What is fetched ahead of need comes beside what somebody waits for. For many threads.
/// </summary>
internal sealed class ContentCache(string folder, long limit, IPromisedContent source) : IDisposable
{
    private readonly Lock _opening = new();
    private readonly Lock _waitedFor = new();
    private readonly Lock _ahead = new();
    private readonly Lock _trimming = new();
    private volatile ObjectStore? _store;
    private volatile IReadOnlySet<ObjectId> _coming = new HashSet<ObjectId>();

    /// <summary>The packs of the cache.</summary>
    public PackSet Packs => Store.Packs;

    private ObjectStore Store
    {
        get
        {
            if (_store is { } open)
                return open;
            lock (_opening)
            {
                if (_store is null)
                {
                    ObjectStore.Create(folder);
                    _store = ObjectStore.Open(folder);
                }

                return _store;
            }
        }
    }

    public bool TryFind(in ObjectId id, out ObjectLocation location)
    {
        if (!Store.TryFind(id, out location))
            return false;
        if (HasPack(location.Index.GetFrame(location.Frame).Pack))
            return true;
        Store.Refresh(); // another process has cleared it away
        return Store.TryFind(id, out location);
    }

    /// <summary>Tells whether a pack is one of the cache.</summary>
    public bool HasPack(in ObjectId pack) => File.Exists(Path.Combine(folder, ObjectStore.PacksFolder, PackFormat.FileName(pack)));

    /// <summary>Brings what is not there yet.</summary>
    /// <param name="isAhead">Whether nobody waits for it.</param>
    public void Fetch(IReadOnlySet<ObjectId> blobs, bool isAhead = false, CancellationToken cancellation = default)
    {
        if (!isAhead)
        {
            lock (_waitedFor)
                source.Fetch(blobs, Store, isAhead, cancellation);
        }
        else
        {
            lock (_ahead)
            {
                _coming = blobs;
                try
                {
                    source.Fetch(blobs, Store, isAhead, cancellation);
                }
                finally
                {
                    _coming = new HashSet<ObjectId>();
                }
            }
        }

        lock (_trimming)
            Trim();
    }

    /// <summary>Tells whether an object is on its way, ahead of need.</summary>
    public bool IsComing(in ObjectId id) => _coming.Contains(id);

    public void Dispose()
    {
        source.Dispose();
        _store?.Dispose();
    }

    // An index and its pack come together, one pair for each part of a fetch; those just fetched are about to be read.
    private void Trim()
    {
        long total = 0;
        DateTime fresh = DateTime.MaxValue;
        foreach (FileInfo file in new DirectoryInfo(Packs.Folder).EnumerateFiles().Where(IsOwn)
            .OrderByDescending(file => file.LastWriteTimeUtc).ThenBy(file => file.Name, StringComparer.Ordinal))
        {
            fresh = fresh == DateTime.MaxValue ? file.LastWriteTimeUtc - TimeSpan.FromMinutes(1) : fresh;
            total += file.Length;
            if (total > limit && file.LastWriteTimeUtc < fresh)
                HostFiles.Delete(file.FullName);
        }

        Store.Refresh();
    }

    private static bool IsOwn(FileInfo file) => file.Extension is PackFormat.Extension or PackIndexFormat.Extension
        && ObjectId.TryParse(Path.GetFileNameWithoutExtension(file.Name), out _);
}
