using Mig.Core;
using Mig.Core.Host;
using Mig.Store.Packs;

namespace Mig.Store.Exchange;

/// <summary>
/// Manifests that have come and cannot count yet, because not all that they name is here: in <c>cache/incoming</c>, a store of its own that
/// nothing refers to. A transfer that was broken off finds them there and need not move them again. It may be deleted at any time. For one
/// thread.
/// </summary>
public sealed class WaitingManifests : IDisposable
{
    // A transfer that is killed loses less than that; one that brings less writes nothing.
    private const long PieceBytes = 4L << 20;

    private readonly string _folder;
    private readonly List<byte[]> _frames = [];
    private long _bytes;
    private ObjectStore? _store;

    /// <param name="store">The store that they are meant for.</param>
    public WaitingManifests(ObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _folder = FolderOf(store.Folder);
        if (Directory.Exists(Path.Combine(_folder, ObjectStore.PacksFolder)))
            _store = ObjectStore.Open(_folder);
    }

    /// <summary>Whether there are none, of this transfer or one before it.</summary>
    public bool IsEmpty => _frames.Count == 0 && (_store is null || _store.Packs.Indexes.Length == 0);

    private static string FolderOf(string repository) => Path.Combine(repository, "cache", "incoming");

    /// <summary>Deletes those that came before some time and were never needed.</summary>
    public static void RemoveOlder(string repository, DateTime time)
    {
        var packs = new DirectoryInfo(Path.Combine(FolderOf(repository), ObjectStore.PacksFolder));
        if (!packs.Exists || packs.LinkTarget is not null)
            return;

        // An index before its pack: what it says of a missing one would be damage.
        foreach (FileInfo file in packs.EnumerateFiles().Where(file => file.LastWriteTimeUtc < time)
            .OrderBy(file => file.Extension, StringComparer.Ordinal))
            HostFiles.Delete(file.FullName);
    }

    public bool Contains(in ObjectId id) => _store?.Contains(id) == true;

    /// <summary>Returns the bytes of one, checked against its id; null when it is not there, or damaged.</summary>
    public byte[]? Find(in ObjectId id, ObjectKind kind)
    {
        if (_store is null || !_store.TryFind(id, out ObjectLocation location) || location.Kind != kind)
            return null;
        try
        {
            return _store.Read(id, kind);
        }
        catch (CorruptStoreException)
        {
            return null; // it comes anew
        }
    }

    /// <summary>Keeps a frame that has come.</summary>
    /// <exception cref="CorruptStoreException">It is no valid frame, or holds contents.</exception>
    public void Add(ReadOnlySpan<byte> frame)
    {
        _frames.Add(frame.ToArray());
        _bytes += frame.Length;
        if (_bytes >= PieceBytes)
            Flush();
    }

    /// <summary>Makes what has come durable.</summary>
    /// <exception cref="IOException">It cannot be written; nothing of this piece is kept.</exception>
    public void Flush()
    {
        if (_frames.Count == 0)
            return;
        byte[][] frames = [.. _frames];
        _frames.Clear();
        _bytes = 0;
        if (_store is null)
        {
            ObjectStore.Create(_folder);
            _store = ObjectStore.Open(_folder);
        }

        using var receiver = new ContentReceiver(_store, _ => true) { TakesManifests = true };
        foreach (byte[] frame in frames)
            receiver.Add(frame);
        receiver.Flush(mergesIndexes: false);
    }

    /// <summary>Forgets those that have found their place, because all of them count now.</summary>
    public void RemoveSettled(ObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _frames.Clear();
        if (_store is null)
            return;
        foreach (PackIndex index in _store.Packs.Indexes)
        {
            if (!Enumerable.Range(0, index.ObjectCount).All(i => store.Contains(index.IdOf(i))))
                continue;
            HostFiles.Delete(index.Path);
            for (int i = 0; i < index.PackCount; i++)
                HostFiles.Delete(Path.Combine(_store.Packs.Folder, PackFormat.FileName(index.GetPackId(i))));
        }

        _store.Refresh();
    }

    /// <summary>What has come is kept, as far as there is room for it.</summary>
    public void Dispose()
    {
        try
        {
            Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CorruptStoreException)
        {
            // It comes anew. Why the transfer came to nothing says more.
        }

        _store?.Dispose();
    }
}
