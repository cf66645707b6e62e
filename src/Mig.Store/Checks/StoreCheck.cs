using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store.Checks;

/// <summary>
/// Checks every byte of a store: each index against its checksum, each pack's frames against theirs, each object against its id and against
/// what the index says of it. A quick check leaves the bytes of frames out, a sample those of some frames.
/// </summary>
public sealed class StoreCheck(ObjectStore store, bool isQuick, IProgressSink progress)
{
    private readonly List<CorruptStoreException> _problems = [];
    private readonly List<string> _warnings = [];
    private readonly List<DamagedPlace> _places = [];
    private readonly List<(string Path, CorruptStoreException Problem)> _indexes = [];
    private readonly Lock _gate = new();
    private long _packs;
    private long _objects;
    private long _rawBytes;
    private long _storedBytes;
    private long _readBytes;

    /// <summary>The frames whose bytes are read; null for all.</summary>
    public CheckSample? Sample { get; init; }

    /// <summary>Tells of a pack whether a check that was cut short has read it and found it whole.</summary>
    public Func<ObjectId, bool>? IsChecked { get; init; }

    /// <summary>Given each pack that was read and found whole.</summary>
    public Action<ObjectId>? Checked { get; init; }

    public StoreCheckResult Run(int parallelism, CancellationToken cancellation)
    {
        PackIndex[] indexes = store.Packs.Indexes;
        _problems.AddRange(store.Packs.Damaged);
        CheckFolder(indexes);
        var seen = new HashSet<ObjectId>();
        progress.Begin("packs", isQuick ? 0 : new DirectoryInfo(store.Packs.Folder).EnumerateFiles("*.pack").Sum(file => file.Length));
        foreach (PackIndex index in indexes)
        {
            try
            {
                index.Verify();
            }
            catch (CorruptStoreException e)
            {
                Report(e);
                _indexes.Add((index.Path, e));
                continue;
            }

            Try(() => CheckPacks(index, seen, parallelism, cancellation));
        }

        return new StoreCheckResult(_packs, _objects, _rawBytes, _storedBytes, _problems, _warnings)
        {
            IsPart = Sample is not null,
            ReadBytes = _readBytes,
            LostPacks = [.. store.Packs.Lost.Select(pack => pack.Problem)],
            DamagedPlaces = [.. _places],
            DamagedIndexes = [.. _indexes],
        };
    }

    /// <summary>Returns the objects in what a check found damaged, those left out that another pack has whole.</summary>
    public static IEnumerable<ObjectId> ObjectsIn(ObjectStore store, StoreCheckResult result)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(result);
        var places = result.DamagedPlaces.ToLookup(place => place.Pack);
        var ids = new HashSet<ObjectId>();
        if (result.DamagedPlaces.Count == 0)
            return ids;
        foreach (PackIndex index in store.Packs.Indexes)
        {
            for (int ordinal = 0; ordinal < index.ObjectCount; ordinal++)
            {
                FramePlace frame = index.GetFrame(index.Locate(ordinal).Frame);
                ObjectId id = index.IdOf(ordinal);
                if (places[frame.Pack].Any(place => (place.Offset == DamagedPlace.WholePack || place.Offset == frame.Offset)
                    && (place.Object is null || place.Object == id)))
                    ids.Add(id);
            }
        }

        foreach (PackIndex index in store.Packs.Indexes)
        {
            ids.RemoveWhere(id => index.TryFind(id, out ObjectLocation location) && index.GetFrame(location.Frame) is var frame
                && !places[frame.Pack].Any(place =>
                (place.Offset == DamagedPlace.WholePack || place.Offset == frame.Offset) && (place.Object is null || place.Object == id)));
        }

        return ids;
    }

    private void CheckFolder(PackIndex[] indexes)
    {
        var indexed = indexes.SelectMany(index => Enumerable.Range(0, index.PackCount).Select(index.GetPackId))
            .Select(id => PackFormat.FileName(id)).ToHashSet();
        foreach (string path in Directory.EnumerateFiles(store.Packs.Folder).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            if (name.EndsWith(".pack", StringComparison.Ordinal))
            {
                if (!indexed.Contains(name))
                    _warnings.Add($"{path} is in no index: a commit that was killed left it, or its index is gone");
            }
            else if (!name.EndsWith(".idx", StringComparison.Ordinal))
            {
                _warnings.Add($"{path} does not belong here");
            }
        }

        foreach (string path in Directory.EnumerateFiles(Path.Combine(store.Folder, ObjectStore.TemporaryFolder)))
            _warnings.Add($"{path} is left from a command that was killed, or belongs to one that is running");
    }

    private void CheckPacks(PackIndex index, HashSet<ObjectId> seen, int parallelism, CancellationToken cancellation)
    {
        ILookup<int, int> ordinalsByFrame = Enumerable.Range(0, index.ObjectCount).ToLookup(ordinal => index.Locate(ordinal).Frame);
        for (int pack = 0; pack < index.PackCount; pack++)
        {
            if (index.IsLost(pack) || !seen.Add(index.GetPackId(pack)))
                continue;
            int number = pack;
            if (IsChecked?.Invoke(index.GetPackId(pack)) == true)
            {
                Pass(index, pack, ordinalsByFrame);
                continue;
            }

            bool isOpen = false;
            int problems = _problems.Count;
            if (!Try(() => store.Packs.Use(index.GetPackId(number), file =>
                {
                    isOpen = true;
                    CheckPack(index, number, file, ordinalsByFrame, parallelism, cancellation);
                })) && !isOpen)
            {
                Note(new DamagedPlace(index.GetPackId(number), DamagedPlace.WholePack));
            }

            if (problems == _problems.Count)
                Checked?.Invoke(index.GetPackId(number));
        }
    }

    // What a check before this one has read.
    private void Pass(PackIndex index, int pack, ILookup<int, int> ordinalsByFrame)
    {
        _packs++;
        _storedBytes += index.GetPackLength(pack);
        progress.Advance(index.GetPackLength(pack));
        int first = (int)index.FirstFrameOf(pack), end = first + (int)index.FrameCountOf(pack);
        for (int frame = first; frame < end; frame++)
        {
            int length = index.GetFrame(frame).RawLength;
            _rawBytes += length;
            _readBytes += length;
            _objects += ordinalsByFrame[frame].Count();
        }
    }

    private void CheckPack(PackIndex index, int pack, PackFile file, ILookup<int, int> ordinalsByFrame, int parallelism,
        CancellationToken cancellation)
    {
        if (file.Length != index.GetPackLength(pack))
            throw file.Corrupt(0, $"the pack has {file.Length} bytes, its index says {index.GetPackLength(pack)}");
        _packs++;
        _storedBytes += file.Length;
        int first = (int)index.FirstFrameOf(pack);
        List<(long Offset, FrameHeader Header)> frames;
        try
        {
            frames = file.ReadFrames();
        }
        catch (CorruptStoreException e)
        {
            // The way from frame to frame is broken. The index says where each is.
            Report(e);
            CheckFramesByIndex(index, pack, file, ordinalsByFrame, cancellation);
            return;
        }

        if (frames.Count != (int)index.FrameCountOf(pack))
            throw file.Corrupt(0, $"the pack has {frames.Count} frames, its index says {index.FrameCountOf(pack)}");
        ParallelWork.For(frames.Count, parallelism, Check, cancellation);

        void Check(int i)
        {
            FramePlace place = default;
            if (!Try(() => place = index.GetFrame(first + i)))
                return;
            if (place.Offset != frames[i].Offset || place.TotalLength != frames[i].Header.TotalLength
                || place.RawLength != frames[i].Header.RawLength)
                Report(file.Corrupt(frames[i].Offset, $"frame {i} is not where its index says"));
            else
                TryFrame(file, frames[i].Offset, () =>
                    CheckFrame(index, file, frames[i].Offset, frames[i].Header, [.. ordinalsByFrame[first + i]]));
            progress.Advance(frames[i].Header.TotalLength);
        }
    }

    private void CheckFramesByIndex(
        PackIndex index, int pack, PackFile file, ILookup<int, int> ordinalsByFrame, CancellationToken cancellation)
    {
        int first = (int)index.FirstFrameOf(pack);
        for (int frame = first; frame < first + (int)index.FrameCountOf(pack); frame++)
        {
            cancellation.ThrowIfCancellationRequested();
            FramePlace place = index.GetFrame(frame);
            int number = frame;
            TryFrame(file, place.Offset, () =>
            {
                FrameHeader header = file.ReadHeader(place.Offset);
                if (header.TotalLength != place.TotalLength || header.RawLength != place.RawLength)
                    throw file.Corrupt(place.Offset,
                        $"the frame has {header.TotalLength} bytes for {header.RawLength}, its index says {place.TotalLength} for "
                        + $"{place.RawLength}");
                CheckFrame(index, file, place.Offset, header, [.. ordinalsByFrame[number]]);
            });
        }
    }

    private void TryFrame(PackFile file, long offset, Action action)
    {
        if (!Try(action))
            Note(new DamagedPlace(file.Id, offset));
    }

    private void Note(in DamagedPlace place)
    {
        lock (_gate)
            _places.Add(place);
    }

    private void CheckFrame(PackIndex index, PackFile file, long offset, FrameHeader header, int[] ordinals)
    {
        FrameObject[] objects = file.ReadTable(offset, header);
        Interlocked.Add(ref _objects, objects.Length);
        Interlocked.Add(ref _rawBytes, header.RawLength);
        HashSet<FrameObject> places = [.. objects];
        foreach (int ordinal in ordinals)
        {
            ObjectLocation location = index.Locate(ordinal);
            if (!places.Contains(new FrameObject(location.Kind, location.Offset, location.Length)))
                Report(file.Corrupt(
                    offset, $"the frame has no {ObjectHeader.NameOf(location.Kind)} {index.IdOf(ordinal)} where its index says"));
        }

        if (isQuick || Sample?.Has(file.Id, offset) == false)
            return;
        Interlocked.Add(ref _readBytes, header.RawLength);
        byte[] scratch = FrameBuffers.Shared.Rent(header.TotalLength), raw = FrameBuffers.Shared.Rent(Math.Max(1, header.RawLength));
        try
        {
            file.ReadFrame(offset, header, scratch, raw, store.Codec);
            ILookup<FrameObject, ObjectId> ids = ordinals.ToLookup(
                ordinal => new FrameObject(index.Locate(ordinal).Kind, index.Locate(ordinal).Offset, index.Locate(ordinal).Length),
                    index.IdOf);
            foreach (FrameObject item in objects)
            {
                ObjectId actual = ObjectId.Of(raw.AsSpan(item.Offset, item.Length));
                if (!ids.Contains(item) && !store.Contains(actual))
                    Report(file.Corrupt(offset, $"the {ObjectHeader.NameOf(item.Kind)} that no index names has the hash {actual}"));
                foreach (ObjectId expected in ids[item].Where(expected => expected != actual))
                {
                    Note(new DamagedPlace(file.Id, offset, expected));
                    Report(file.Corrupt(offset, $"the {ObjectHeader.NameOf(item.Kind)} {expected} has the hash {actual}"));
                }
            }
        }
        finally
        {
            FrameBuffers.Shared.Return(scratch);
            FrameBuffers.Shared.Return(raw);
        }
    }

    private bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (CorruptStoreException e)
        {
            Report(e);
            return false;
        }
    }

    private void Report(CorruptStoreException problem)
    {
        lock (_gate)
            _problems.Add(problem);
    }
}
