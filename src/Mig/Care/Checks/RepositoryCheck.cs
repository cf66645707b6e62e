using System.Security.Cryptography;
using Mig.Care.Trust;
using Mig.Core;
using Mig.History.Checks;
using Mig.History.Graph;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Checks;
using Mig.Store.Content;
using Mig.Store.Locks;
using Mig.Store.Packs;

namespace Mig.Care.Checks;

/// <summary>
/// Checks a repository: every byte of every pack and index, every ref, and everything that can be reached from them; large files against
/// the hash of their whole content, and manifests against the disks.
/// </summary>
public sealed partial class RepositoryCheck(Repository repository)
{
    private const int MaxProblems = 1000;

    private readonly List<CheckProblem> _problems = [];
    private readonly List<string> _warnings = [];
    private readonly Stack<(ObjectReference Reference, string From)> _pending = new();
    private readonly List<(ImageId Image, string From)> _images = [];
    private readonly HashSet<ListId> _hashed = [];
    private readonly HashSet<ObjectId> _missing = [];
    private bool _hasReadPacks;
    private CheckNotes? _notes;
    private CheckSample? _sample;
    private readonly Dictionary<string, string> _tips = [];
    private readonly long[] _counts = new long[Enum.GetValues<ObjectKind>().Length];
    private long _fileCount;
    private readonly bool _isPartial = repository.PromisorRemote is not null;
    private IReadOnlySet<ObjectId> _shallow = new HashSet<ObjectId>();
    private long _refCount;
    private long _leftOut;
    private long _compared;

    /// <summary>
    /// Whether the two views of each image are compared, unless the check is quick or the repository has left contents out.
    /// </summary>
    public bool ComparesViews { get; init; } = true;

    /// <summary>
    /// The part of the contents that is read, instead of all ("5%", "3/10"); large files as a whole and views are then not looked at.
    /// </summary>
    public string? Sample { get; init; }

    /// <summary>Whether what a check that was cut short has found whole is not read again.</summary>
    public bool GoesOn { get; init; }

    /// <param name="isQuick">Follows what refers to what, and reads no content.</param>
    public CheckReport Run(bool isQuick, IProgressSink progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(progress);
        ObjectStore store = repository.Store;
        using FileLock? retained = TryRetain(store);
        _sample = Sample is null ? null : CheckSample.Parse(Sample);
        _notes = !isQuick && Sample is null ? new CheckNotes(repository.Folder, repository.Context.Clock, GoesOn) : null;
        bool isOver = false;
        try
        {
            CheckReport report = Run(store, isQuick, progress, cancellation);
            isOver = true;
            return report;
        }
        finally
        {
            if (isOver)
                _notes?.Delete();
            else
                _notes?.Save();
        }
    }

    private CheckReport Run(ObjectStore store, bool isQuick, IProgressSink progress, CancellationToken cancellation)
    {
        bool readsAll = _notes is not null;
        StoreCheckResult result = new StoreCheck(store, isQuick, progress)
        {
            Sample = _sample,
            IsChecked = _notes is { } known ? known.HasPack : null,
            Checked = _notes is { } notes ? notes.AddPack : null,
        }.Run(repository.Context.Parallelism, cancellation);
        foreach (CorruptStoreException problem in result.Problems)
            Report(problem);
        _warnings.AddRange(result.Warnings);
        _hasReadPacks = !isQuick;
        if (!isQuick)
            store.NoteDamage(result, repository.Context.Clock);

        ReadShallow();
        CheckRefs(store);
        var marks = new ObjectMarks(store, passesOverDamage: true);
        Walk(store, marks, cancellation);
        CheckImages(store, cancellation);
        if (readsAll)
            CheckFiles(store, progress, cancellation);
        if (readsAll && ComparesViews && !_isPartial)
            CheckViews(progress, cancellation);
        ReportLost(result.LostPacks);
        IReadOnlyList<AffectedVersion> affected = FindAffected(store, result, cancellation);
        return new CheckReport(
            _problems, _warnings, result.Packs, result.StoredBytes, result.Objects, result.RawBytes, _refCount,
            _counts[(int)ObjectKind.Commit], _counts[(int)ObjectKind.Image], _counts[(int)ObjectKind.Tree], _fileCount,
            _counts[(int)ObjectKind.Layout], marks.CountUnmarked())
        {
            LeftOut = _leftOut,
            ComparedImages = _compared,
            Sample = Sample,
            ReadBytes = result.ReadBytes,
            EarlierPacks = _notes?.EarlierPacks ?? 0,
            EarlierSince = _notes?.Since,
            Affected = affected,
        };
    }

    // What is missing or damaged, by the names that a user knows.
    private IReadOnlyList<AffectedVersion> FindAffected(ObjectStore store, StoreCheckResult result, CancellationToken cancellation)
    {
        var bad = _missing.Concat(StoreCheck.ObjectsIn(store, result)).ToHashSet();
        return bad.Count == 0 ? [] : new DamagePlaces(repository, bad, cancellation).Find();
    }

    // A pack that does not count is damage where something is missing. Else all that it held is elsewhere, or nobody needs it.
    private void ReportLost(IReadOnlyList<CorruptStoreException> packs)
    {
        if (_problems.Exists(problem => problem.Code == "FSCK-001"))
            _problems.InsertRange(0, packs.Select(pack => new CheckProblem(pack.Code, pack.Message)));
        else
            _warnings.AddRange(packs.Select(pack =>
                $"{pack.Message}; nothing that is needed is missing, so 'mig gc' may take what is left of it"));
    }

    // What a collection deletes meanwhile would look missing. Where nobody may write, there is none.
    private static FileLock? TryRetain(ObjectStore store)
    {
        try
        {
            return store.Retain();
        }
        catch (Exception e) when (e is UsageException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void ReadShallow()
    {
        try
        {
            _shallow = repository.Objects.Shallow;
        }
        catch (CorruptStoreException e)
        {
            Report(e);
        }
    }

    private void AddRoot(ObjectStore store, in ObjectId id, string from)
    {
        try
        {
            if (!from.StartsWith("the reflog", StringComparison.Ordinal))
                _tips.TryAdd($"commit {id}", from);

            // A commit may have landed since the store was opened: Find looks again.
            _pending.Push((new ObjectReference(id, store.Find(id).Kind), from));
        }
        catch (CorruptStoreException)
        {
            _missing.Add(id);
            if (!store.IsInDamage(id))
                Report(new CorruptStoreException("FSCK-001", $"{from} names {id}, which is missing"));
        }
    }

    private void Walk(ObjectStore store, ObjectMarks marks, CancellationToken cancellation)
    {
        while (_pending.TryPop(out (ObjectReference Reference, string From) item))
        {
            cancellation.ThrowIfCancellationRequested();
            (ObjectReference reference, string from) = item;
            ref int mark = ref marks.Find(reference.Id, out ObjectLocation location, out bool found);
            if (!CheckReference(reference, from, found, location) || mark != 0)
                continue;
            mark = 1;
            _counts[(int)reference.Kind]++;
            if (reference.Kind == ObjectKind.Blob)
                continue;
            try
            {
                string here = $"{ObjectHeader.NameOf(reference.Kind)} {reference.Id}";
                bool hasParents = !_shallow.Contains(reference.Id);
                foreach (ObjectReference next in ObjectReferences.Of(store, reference.Id, reference.Kind))
                {
                    if (hasParents || next.Kind != ObjectKind.Commit || reference.Kind != ObjectKind.Commit)
                        _pending.Push((next, here));
                }

                if (reference.Kind == ObjectKind.Image)
                    _images.Add((new ImageId(reference.Id), from));
                if (reference.Kind == ObjectKind.Tree)
                    CountFiles(store, new TreeId(reference.Id));
            }
            catch (CorruptStoreException e)
            {
                Report(e);
            }
        }
    }

    private bool CheckReference(in ObjectReference reference, string from, bool found, in ObjectLocation location)
    {
        string what = $"{ObjectHeader.NameOf(reference.Kind)} {reference.Id}";
        if (!found && _isPartial && reference.Kind == ObjectKind.Blob)
            _leftOut++;
        else if (!found)
            ReportMissing(reference.Id, what, from);
        else if (location.Kind != reference.Kind)
            Report(new CorruptStoreException("FSCK-002", $"{what} is a {ObjectHeader.NameOf(location.Kind)}; {from} needs it"));
        else if (location.Length < reference.MinLength || (reference.ExactLength >= 0 && location.Length != reference.ExactLength))
            Report(new CorruptStoreException(
                "FSCK-003", $"{what} has {location.Length} bytes; {from} needs {Math.Max(reference.MinLength, reference.ExactLength)}"));
        else
            return true;
        return false;
    }

    // That something is damaged was said, with all that lies beside it.
    private void ReportMissing(in ObjectId id, string what, string from)
    {
        _missing.Add(id);
        if (!repository.Store.IsInDamage(id))
            Report(new CorruptStoreException("FSCK-001", $"{what} is missing; {from} needs it"));
    }

    private void CountFiles(ObjectStore store, TreeId tree)
    {
        foreach (TreeEntry entry in TreeReader.ReadNode(store, tree).Entries)
        {
            if (entry.Type is TreeEntryType.File or TreeEntryType.HardLink)
                _fileCount++;
        }
    }

    // What cannot be said of one object alone. What is missing, or is another kind of object, was said by the walk.
    private void CheckImages(ObjectStore store, CancellationToken cancellation)
    {
        var check = new ImageCheck(store, repository.Context.Limits, cancellation);
        foreach ((ImageId image, string from) in _images)
        {
            try
            {
                check.Check(image);
            }
            catch (CorruptStoreException e)
            {
                if (e.Code.StartsWith("OBJ-", StringComparison.Ordinal))
                    Report(new CorruptStoreException(e.Code, $"{from}: {e.Detail}"));
            }
        }
    }

    // Each chunk has been hashed by itself; here the whole is.
    private void CheckFiles(ObjectStore store, IProgressSink progress, CancellationToken cancellation)
    {
        var unproven = new UnprovenLists(store, ProvenDisks.Read(repository.Folder), cancellation);
        foreach ((ImageId image, _) in _images)
            unproven.Add(image);
        progress.Begin("large files",
            unproven.Lengths.Values.Aggregate(0L, static (sum, size) => size > long.MaxValue - sum ? long.MaxValue : sum + size));
        ParallelWork.ForEach(unproven.Lengths.Keys, repository.Context.Parallelism, Check, cancellation);

        void Check(ListId list)
        {
            try
            {
                if (_isPartial && !IsHere(store, new ObjectReference(list.Value, ObjectKind.List)))
                    return;
                if (_notes?.HasList(list.Value) == true)
                {
                    lock (_hashed)
                        _hashed.Add(list);
                    return;
                }

                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                new ContentReader(store).Read(list, bytes =>
                {
                    hash.AppendData(bytes);
                    progress.Advance(bytes.Length);
                });
                ObjectId actual = ObjectId.Finish(hash);
                if (ChunkList.Read(store, list).Sha256 is { } expected && expected != actual)
                {
                    Report(new CorruptStoreException(
                        "FSCK-005", $"the content of list {list} has the hash {actual}, the list says {expected}"));
                    return;
                }

                lock (_hashed)
                    _hashed.Add(list);
                _notes?.AddList(list.Value);
            }
            catch (CorruptStoreException e)
            {
                Report(e);
            }
        }
    }

    // What hooks, audits and searches are told must be what a machine boots.
    private void CheckViews(IProgressSink progress, CancellationToken cancellation)
    {
        progress.Begin("views", 0);
        var proof = new ImageProof(repository, cancellation, _hashed);
        try
        {
            foreach ((ImageId image, string from) in _images)
            {
                try
                {
                    if (proof.Find(image) is { } difference)
                        Report(new CorruptStoreException(
                            difference.Code,
                            $"image {image} of {from}{(_tips.TryGetValue(from, out string? name) ? $" ({name})" : "")}: "
                            + $"{difference.Message}"));
                    else
                        _compared++;
                }
                catch (CorruptStoreException e)
                {
                    Report(e);
                }
            }
        }
        finally
        {
            proof.Keep();
        }
    }

    private static bool IsHere(ObjectStore store, ObjectReference reference) =>
        store.TryFindSound(reference.Id, out _) && (
            reference.Kind == ObjectKind.Blob || ObjectReferences.Of(store, reference.Id, reference.Kind).All(next => IsHere(store, next)));

    private void Report(CorruptStoreException problem)
    {
        // All packs were read, so what is damaged in them was said once, however many things meet it.
        if (_hasReadPacks && problem.Code == "PACK-001")
            return;
        lock (_problems)
        {
            if (_problems.Count < MaxProblems && _problems.All(known => known.Message != problem.Message))
                _problems.Add(new CheckProblem(problem.Code, problem.Message));
        }
    }
}
