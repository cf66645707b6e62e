using Mig.Core;
using Mig.Core.Host;
using Mig.Store.Locks;
using Mig.Store.Packs;

namespace Mig.Store.Exchange;

/// <summary>
/// Takes packs over from another store on this machine, whole: each frame is compared with its checksum and copied, the blocks are shared
/// (reflink), the file gets a second name (hard link), or the kernel copies it. Packs never change, and every object is verified when it is
/// read; so nothing need be read here.
/// </summary>
/// <remarks>Only files of this user are taken over: what another user may change later is not.</remarks>
public sealed class PackShare
{
    private readonly ObjectStore _from;
    private readonly ObjectStore _to;
    private readonly PackSharing _how;
    private readonly int _parallelism;
    private readonly CancellationToken _cancellation;
    private readonly string _temporaryFolder;

    private PackShare(ObjectStore from, ObjectStore to, PackSharing how, int parallelism, CancellationToken cancellation)
    {
        (_from, _to, _how, _parallelism, _cancellation) = (from, to, how, parallelism, cancellation);
        _temporaryFolder = Path.Combine(to.Folder, ObjectStore.TemporaryFolder);
    }

    /// <summary>Takes over all packs, or none.</summary>
    /// <returns>What came; nothing when the other store is damaged or is not all of this user's.</returns>
    /// <exception cref="IOException">A file cannot be written. What did come is whole.</exception>
    public static PackShareResult TakeAll(
        ObjectStore from, ObjectStore to, PackSharing how, int parallelism, IProgressSink progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return Run(from, to, how, parallelism, _ => true, progress, cancellation);
    }

    /// <summary>Takes over the packs that hold mostly what is wanted.</summary>
    /// <inheritdoc cref="TakeAll"/>
    public static PackShareResult Take(ObjectStore from, ObjectStore to, IEnumerable<ObjectId> wanted, PackSharing how, int parallelism,
        IProgressSink progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(wanted);
        Dictionary<ObjectId, long> bytes = CountBytes(from, wanted);
        return bytes.Count == 0 ? default : Run(from, to, how, parallelism, pack =>
            bytes.TryGetValue(pack.Id, out long some) && some * 2 >= pack.RawBytes, progress, cancellation);
    }

    private static PackShareResult Run(ObjectStore from, ObjectStore to, PackSharing how, int parallelism, Func<Candidate, bool> chooses,
        IProgressSink progress, CancellationToken cancellation)
    {
        if (how == PackSharing.None)
            return default;
        using FileLock? kept = Keep(from);
        if (kept is null || from.Packs is not { Damaged.Count: 0, Lost.Count: 0, DamagedPlaces.Count: 0 })
            return default;
        using FileLock retained = to.Retain();
        return new PackShare(from, to, how, parallelism, cancellation).Run(chooses, progress);
    }

    // Whoever cannot lock a repository cannot know that nobody deletes its packs.
    private static FileLock? Keep(ObjectStore store)
    {
        try
        {
            return store.Retain();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // How many bytes of each pack are wanted, before compression.
    private static Dictionary<ObjectId, long> CountBytes(ObjectStore store, IEnumerable<ObjectId> wanted)
    {
        var bytes = new Dictionary<ObjectId, long>();
        foreach (ObjectId id in wanted)
        {
            if (!store.TryFind(id, out ObjectLocation location))
                continue;
            ObjectId pack = ObjectStore.GetPack(location);
            bytes[pack] = bytes.GetValueOrDefault(pack) + location.Length;
        }

        return bytes;
    }

    private PackShareResult Run(Func<Candidate, bool> chooses, IProgressSink progress)
    {
        HashSet<ObjectId> known = [.. _to.Packs.Packs], taken = [];
        var index = new PackIndexBuilder();
        long bytes = 0, storedBytes = 0;
        foreach (PackIndex theirs in _from.Packs.Indexes)
        {
            HashSet<ObjectId> left = [];
            for (int pack = 0; pack < theirs.PackCount; pack++)
            {
                _cancellation.ThrowIfCancellationRequested();
                (ObjectId id, long length, long rawBytes) = (theirs.GetPackId(pack), theirs.GetPackLength(pack), RawBytesOf(theirs, pack));
                if (taken.Contains(id) || known.Contains(id) || !chooses(new Candidate(id, rawBytes)) || !TryTake(id, length))
                {
                    left.Add(id);
                    continue;
                }

                taken.Add(id);
                bytes += rawBytes;
                storedBytes += length;
                progress.Advance(length);
            }

            if (left.Count < theirs.PackCount)
                index.AddAll(theirs, left);
        }

        if (taken.Count == 0)
            return default;
        using var file = new TemporaryFile(_temporaryFolder, "index");
        string name = PackIndexFormat.FileName(index.Write(file));

        // The packs' names first: what a crash leaves of an index names them.
        HostFiles.SyncFolder(_to.Packs.Folder);
        file.Publish(Path.Combine(_to.Packs.Folder, name));
        HostFiles.SyncFolder(_to.Packs.Folder);
        _to.Refresh();
        return new PackShareResult(index.ObjectCount, bytes, storedBytes);
    }

    private static long RawBytesOf(PackIndex index, int pack)
    {
        long bytes = 0;
        uint first = index.FirstFrameOf(pack), count = index.FrameCountOf(pack);
        for (uint frame = first; frame < first + count; frame++)
            bytes += index.GetFrame((int)frame).RawLength;
        return bytes;
    }

    private bool TryTake(in ObjectId id, long length)
    {
        string source = Path.Combine(_from.Packs.Folder, PackFormat.FileName(id)),
            name = Path.Combine(_to.Packs.Folder, PackFormat.FileName(id));
        if (FileStatus.Of(source, followsLinks: false) is not { Type: FileType.Regular } status || status.Length != length
            || status.Uid != HostUser.Id)
            return false;
        using var file = new TemporaryFile(_temporaryFolder, "pack");
        if (_how == PackSharing.CheckedCopies)
        {
            if (!TryCopy(id, file))
                return false;
        }
        else
        {
            using HostFile pack = HostFile.OpenRead(source);
            if (!file.TryShare(pack))
            {
                // What stands under the name already is not believed.
                if (_how == PackSharing.Links && !File.Exists(name) && FileSharing.TryLink(source, name))
                    return true;
                file.Copy(pack, _cancellation);
            }
        }

        file.Flush();
        file.Publish(name);
        return true;
    }

    // A damaged pack is left to the ordinary way, which finds out what can be had of it.
    private bool TryCopy(ObjectId id, TemporaryFile file)
    {
        try
        {
            _from.Packs.Use(id, pack => PackCopy.Run(pack, file, _parallelism, _cancellation));
            return true;
        }
        catch (CorruptStoreException)
        {
            return false;
        }
    }

    private readonly record struct Candidate(ObjectId Id, long RawBytes);
}
