using Mig.Core;
using Mig.Core.Host;

namespace Mig.Store.Packs;

/// <summary>
/// The <c>packs</c> folder: which packs there are, and the indexes over them. What an index says of a pack counts only while the pack is
/// there with the length that the index says; packs without an index are garbage that a killed commit left, or work that another process
/// has not finished.
/// </summary>
internal sealed class PackSet : IDisposable
{
    // Above so many open files the others are opened for each read, so that a repository of thousands of packs stays below the usual limit.
    private const int MaxOpenPacks = 256;
    private const int MaxLooks = 100;
    private const string Advice = "copy it back from another copy of the repository, or commit, push or fetch again what it held";

    /// <summary>The code of the error that says that a pack is not there: a collection may have put its objects into another one.</summary>
    public const string MissingPackCode = "PACK-002";

    private readonly Dictionary<ObjectId, PackFile> _open = [];
    private readonly Lock _gate = new();
    private volatile PackIndex[] _indexes = [];
    private readonly List<PackIndex> _retired = [];
    private volatile CorruptStoreException[] _damaged = [];
    private volatile LostPack[] _lost = [];
    private volatile IReadOnlyList<DamagedPlace> _damagedPlaces = [];
    private volatile string[] _damagedIndexes = [];
    private readonly Dictionary<string, (FileStamp Stamp, CorruptStoreException Problem)> _leftOut = [];
    private readonly DamageNotes? _notes;

    /// <param name="notes">What is known to be damaged; null where nothing is noted.</param>
    public PackSet(string folder, DamageNotes? notes = null)
    {
        Folder = folder;
        _notes = notes;
        Refresh();
    }

    public string Folder { get; }

    /// <summary>The indexes in use, those with the most objects first.</summary>
    public PackIndex[] Indexes => _indexes;

    /// <summary>What is wrong with indexes that cannot be used; the rest is used without them.</summary>
    public IReadOnlyList<CorruptStoreException> Damaged => _damaged;

    /// <summary>The packs that do not count; their objects are as good as missing where no other pack has them.</summary>
    public IReadOnlyList<LostPack> Lost => _lost;

    /// <summary>The index files that cannot be used.</summary>
    public IReadOnlyList<string> DamagedIndexes => _damagedIndexes;

    /// <summary>What was found damaged in packs; it does not count either.</summary>
    public IReadOnlyList<DamagedPlace> DamagedPlaces => _damagedPlaces;

    /// <summary>Notes a frame that could not be read, so that its objects count as missing from now on.</summary>
    /// <returns>False when that is not known to last.</returns>
    public bool NoteDamage(in DamagedPlace place)
    {
        if (_notes?.Add(Folder, place, TimeProvider.System) != true)
            return false;
        lock (_gate)
            ApplyDamage(_indexes);
        return true;
    }

    /// <summary>Puts what a check of all packs found in the place of what was noted.</summary>
    public void ReplaceDamage(IEnumerable<DamagedPlace> places, TimeProvider? clock)
    {
        _notes?.Replace(Folder, places, clock);
        lock (_gate)
        {
            ApplyDamage(_indexes);

            // A pack may be written anew under the name of a damaged one.
            Close([.. _open.Keys.Intersect(_damagedPlaces.Select(place => place.Pack))]);
        }
    }

    /// <summary>Takes indexes for such that cannot be used, as long as the files are what they are now.</summary>
    public void LeaveOut(IEnumerable<(string Path, CorruptStoreException Problem)> indexes)
    {
        lock (_gate)
        {
            foreach ((string path, CorruptStoreException problem) in indexes)
            {
                if (LibC.GetStamp(path) is { } stamp)
                    _leftOut[Path.GetFileName(path)] = (stamp, problem);
            }
        }

        Refresh();
    }

    /// <summary>The packs that count, each once.</summary>
    public IEnumerable<ObjectId> Packs => _indexes.SelectMany(index =>
        Enumerable.Range(0, index.PackCount).Where(pack => !index.IsLost(pack)).Select(index.GetPackId)).Distinct();

    /// <summary>Looks at the folder again.</summary>
    /// <returns>True when there are indexes now that were not known.</returns>
    public bool Refresh()
    {
        lock (_gate)
        {
            // Every index that another process merges away while we look leads to one more look, at what replaced it.
            bool isChanged = false;
            for (int look = 1; ; look++)
            {
                bool isWhole = Look(ref isChanged);
                if (isWhole || look == MaxLooks)
                    return isChanged;
            }
        }
    }

    /// <summary>Runs an action with an open pack.</summary>
    /// <exception cref="CorruptStoreException">The pack is missing or not whole.</exception>
    public void Use(in ObjectId id, Action<PackFile> action)
    {
        PackFile? pack;
        lock (_gate)
        {
            if (!_open.TryGetValue(id, out pack) && _open.Count < MaxOpenPacks)
            {
                pack = Open(id);
                _open.Add(id, pack);
            }
        }

        if (pack is not null)
        {
            try
            {
                action(pack);
                return;
            }
            catch (ObjectDisposedException e)
            {
                throw Missing(pack.Path, e); // closed while we read, for it is collected
            }
        }

        using PackFile temporary = Open(id);
        action(temporary);
    }

    /// <summary>Opens a pack for somebody alone, who can read on when it is collected.</summary>
    /// <exception cref="CorruptStoreException">The pack is missing or not whole.</exception>
    public PackFile OpenAlone(in ObjectId id) => Open(id);

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (PackFile pack in _open.Values)
                pack.Dispose();
            foreach (PackIndex index in _indexes.Concat(_retired))
                index.Dispose();
            _open.Clear();
            _retired.Clear();
            _indexes = [];
        }
    }

    // Called under the gate. False when an index went away meanwhile.
    private bool Look(ref bool isChanged)
    {
        bool isWhole = true;
        var known = _indexes.ToDictionary(index => Path.GetFileName(index.Path));
        var next = new List<PackIndex>();
        var damaged = new List<CorruptStoreException>();
        var lost = new List<LostPack>();
        var damagedIndexes = new List<string>();
        HashSet<string> files = ListFiles();
        foreach (string file in files.Where(file => file.EndsWith(".idx", StringComparison.Ordinal)))
        {
            if (FindLeftOut(file) is { } problem)
            {
                damaged.Add(problem);
                damagedIndexes.Add(Path.Combine(Folder, file));
                continue;
            }

            bool isNew = !known.Remove(file, out PackIndex? index);
            if (!isNew && !index!.HasLost)
            {
                next.Add(index);
                continue;
            }

            try
            {
                index ??= PackIndex.Open(Path.Combine(Folder, file));
            }
            catch (FileNotFoundException)
            {
                isWhole = false;
                continue;
            }
            catch (CorruptStoreException e)
            {
                damaged.Add(e);
                damagedIndexes.Add(Path.Combine(Folder, file));
                continue;
            }

            int lostBefore = lost.Count;
            bool hadLost = index.HasLost;
            index.SetLost(FindLost(index, lost));
            if (index.HasLost && !File.Exists(index.Path))
            {
                // Another process has collected the packs, and the index before them.
                lost.RemoveRange(lostBefore, lost.Count - lostBefore);
                _retired.Add(index);
                isWhole = false;
                continue;
            }

            next.Add(index);
            isChanged |= isNew || (hadLost && !index.HasLost);
        }

        // Threads may be reading through what is gone now: kept until the end.
        _retired.AddRange(known.Values);
        next.Sort(static (a, b) => b.ObjectCount.CompareTo(a.ObjectCount));
        ApplyDamage([.. next]);
        _indexes = [.. next];
        _damagedIndexes = [.. damagedIndexes];
        Close([.. _open.Keys.Except(Packs)]);
        _damaged = [.. damaged];
        _lost = [.. lost.DistinctBy(pack => pack.Id)];
        return isWhole;
    }

    // A whole index may have been written under the same name.
    private CorruptStoreException? FindLeftOut(string file) =>
        _leftOut.TryGetValue(file, out (FileStamp Stamp, CorruptStoreException Problem) found)
            && LibC.GetStamp(Path.Combine(Folder, file)) == found.Stamp ? found.Problem : null;

    // Called under the gate.
    private void ApplyDamage(PackIndex[] indexes)
    {
        IReadOnlyList<DamagedPlace> places = _notes?.Read(Folder) ?? [];
        if (places.Count == 0 && _damagedPlaces.Count == 0)
            return;
        foreach (PackIndex index in indexes)
        {
            try
            {
                index.SetDamaged(FindFrames(index, places));
            }
            catch (CorruptStoreException)
            {
                // The index itself is damaged, which whoever uses it finds.
                index.SetDamaged(null);
            }
        }

        _damagedPlaces = places;
    }

    private static Dictionary<int, HashSet<ObjectId>?>? FindFrames(PackIndex index, IReadOnlyList<DamagedPlace> places)
    {
        var frames = new Dictionary<int, HashSet<ObjectId>?>();
        foreach (DamagedPlace place in places)
        {
            if (index.FindFrames(place.Pack) is not { } range)
                continue;
            for (int frame = range.First; frame < range.First + range.Count; frame++)
            {
                if (place.Offset != DamagedPlace.WholePack && index.GetFrame(frame).Offset != place.Offset)
                    continue;
                if (place.Object is not { } only)
                    frames[frame] = null;
                else if (!frames.TryGetValue(frame, out HashSet<ObjectId>? some))
                    frames.Add(frame, [only]);
                else
                    some?.Add(only);
            }
        }

        return frames.Count == 0 ? null : frames;
    }

    // Listing a folder that changes may miss what came and what went alike: two lists in a row must agree.
    private HashSet<string> ListFiles()
    {
        HashSet<string> files = ListOnce();
        for (int look = 1; look < MaxLooks; look++)
        {
            HashSet<string> again = ListOnce();
            if (files.SetEquals(again))
                break;
            files = again;
        }

        return files;

        HashSet<string> ListOnce() => HostFiles.List(Folder).Select(path => Path.GetFileName(path)).ToHashSet();
    }

    private PackFile Open(in ObjectId id)
    {
        string path = Path.Combine(Folder, PackFormat.FileName(id));
        try
        {
            return PackFile.Open(path, id);
        }
        catch (FileNotFoundException e)
        {
            throw Missing(path, e);
        }
    }

    private static CorruptStoreException Missing(string path, Exception cause) =>
        new(MissingPackCode, $"{path} is missing; run mig fsck", cause);

    // What another process has collected takes space on the disk until it is closed.
    private void Close(IEnumerable<ObjectId> gone)
    {
        foreach (ObjectId id in gone)
        {
            _open.Remove(id, out PackFile? pack);
            pack!.Dispose();
        }
    }

    // Null when all packs are there as the index knows them.
    private bool[]? FindLost(PackIndex index, List<LostPack> all)
    {
        bool[]? lost = null;
        for (int pack = 0; pack < index.PackCount; pack++)
        {
            string path = Path.Combine(Folder, PackFormat.FileName(index.GetPackId(pack)));
            long length = FileStatus.Find(path)?.Length ?? -1;
            if (length == index.GetPackLength(pack))
                continue;
            lost ??= new bool[index.PackCount];
            lost[pack] = true;
            all.Add(new LostPack(index.GetPackId(pack), length < 0
                ? new CorruptStoreException("IDX-002", $"{index.Path} names pack {path}, which is missing; {Advice}")
                : new CorruptStoreException("IDX-003",
                    $"{index.Path} says that pack {path} has {index.GetPackLength(pack)} bytes, it has {length}, so it does not count; "
                    + $"{Advice}")));
        }

        return lost;
    }
}
