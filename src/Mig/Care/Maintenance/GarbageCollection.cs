using Mig.Core;
using Mig.Core.Host;
using Mig.History.Refs;
using Mig.Store;
using Mig.Store.Collection;
using Mig.Store.Exchange;
using Mig.Store.Locks;

namespace Mig.Care.Maintenance;

/// <summary>
/// Removes what no ref and no log of a ref leads to, and merges small packs. Commits, pushes, fetches and reads may go on beside it: it
/// writes what is wanted into new packs first, and deletes old ones only while nobody relies on what it found unreachable
/// (docs/decisions/0010-gc.md).
/// </summary>
public sealed class GarbageCollection(Repository repository, CollectionOptions options)
{
    private readonly string _lockFolder = Path.Combine(repository.Folder, "locks");

    /// <summary>Called between the steps, with the name of the next one: tests let others do their worst there.</summary>
    internal Action<string> Step { get; init; } = _ => { };

    /// <exception cref="CorruptStoreException">Something that is needed is missing, or an index is damaged. Nothing was
    /// deleted.</exception>
    /// <exception cref="ConflictException">Another collection is under way.</exception>
    public CollectionReport Run(CancellationToken cancellation = default)
    {
        HostFiles.CreateFolder(_lockFolder);
        using FileLock alone = FileLock.Acquire(Path.Combine(_lockFolder, "gc"), "garbage collection of this repository", TimeSpan.Zero);
        ObjectStore store = repository.Store;
        if (!options.DryRun)
        {
            store.RemoveStaleFiles();
            repository.Sessions.DiscardExpired();
        }

        store.Refresh();
        DateTime before = options.PruneBefore ?? DateTime.MinValue;
        int packsBefore = store.CountPackFiles();
        long bytesBefore = store.Measure().StoredBytes;
        int forgotten = ExpireLogs();
        PackRefs();

        Step("mark");
        options.Progress.Begin("reachable objects", 0);
        HashSet<ObjectId> packs = [.. store.ListPacks().Select(pack => pack.Id)];
        IReadOnlySet<ObjectId> roots = Reachability.FindRoots(repository);
        ObjectMarks marks = Mark(roots, young => young >= before, cancellation);
        IReadOnlyList<PackUse> survey = PackSurvey.Run(store, marks);
        Repacking? repacking = options.Repack is { } wanted ? new Repacking(repository, wanted) : null;
        IReadOnlySet<ObjectId> cold = repacking?.Choose(survey) ?? new HashSet<ObjectId>();

        // What a repack that ended early has made twice counts for the old pack. That one goes, so the new one must not look like garbage.
        bool IsWaiting(ObjectId pack) => cold.Count > 0 && repacking!.IsMade(pack);
        var choice = new PackChoice([.. survey.Where(pack => !cold.Contains(pack.Id) && !IsWaiting(pack.Id))], options.GarbageTolerated);
        CollectionReport report = Count(marks) with
        {
            ForgottenMoves = forgotten,
            PacksBefore = packsBefore,
            RewrittenPacks = choice.Rewritten.Count,
            RepackedPacks = cold.Count,
            BytesBefore = bytesBefore
        };
        if (options.DryRun)
            return report with { PacksAfter = packsBefore - choice.Dropped.Count, BytesAfter = bytesBefore - choice.FreedBytes };

        Step("rewrite");
        options.Progress.Begin("packs", 0);
        string? blocker;
        if (TryRewrite(marks, packs, choice.Rewritten, cancellation) is { } written)
        {
            HashSet<ObjectId> going = [.. choice.Dropped.Concat(choice.Rewritten).Concat(cold).Except(written)];
            string? shortage = repacking is null ? null : Repack(repacking, marks, packs, cold, going, cancellation);
            blocker = Delete(marks, roots, packs, going, before, cancellation) ?? shortage;
        }
        else
        {
            blocker = FreeStepwise(marks, roots, packs, choice, before, cancellation);
        }

        repository.Objects.UpdateShallow(added: [], removed: [.. repository.Objects.Shallow.Where(id => !store.Contains(id))]);
        repacking?.TidyNotes();
        return report with
        {
            PacksAfter = store.CountPackFiles(),
            BytesAfter = store.Measure().StoredBytes,
            LeftBytes = repacking?.LeftBytes ?? 0,
            Blocker = blocker,
        };
    }

    // Null when there is no space for what is wanted of them. What is written may be a pack that was there already, since a collection was
    // killed after it wrote it: that one stays.
    private IReadOnlyList<ObjectId>? TryRewrite(
        ObjectMarks marks, HashSet<ObjectId> packs, IReadOnlySet<ObjectId> rewritten, CancellationToken cancellation)
    {
        try
        {
            IReadOnlyList<ObjectId> written =
                PackRewriter.Run(repository.Store, repository.StoreOptions, marks, rewritten, options.Progress, cancellation);
            packs.UnionWith(written);
            return written;
        }
        catch (IOException e) when (HostFiles.IsFull(e))
        {
            return null;
        }
    }

    // What was begun on a disk that is full then goes again: it would take the space that is missing.
    private string? Repack(Repacking repacking, ObjectMarks marks, HashSet<ObjectId> packs, IReadOnlySet<ObjectId> cold,
        HashSet<ObjectId> going, CancellationToken cancellation)
    {
        Step("repack");
        var made = new List<ObjectId>();
        try
        {
            repacking.Run(marks, cold, made, options.Progress, cancellation);
            going.ExceptWith(made);
            return null;
        }
        catch (IOException e) when (HostFiles.IsFull(e))
        {
            going.ExceptWith(cold);
            going.UnionWith(made);
            return "the file system is too full to compress them anew";
        }
        finally
        {
            packs.UnionWith(made);
        }
    }

    // On a full disk what is garbage altogether makes the space for the rest: the pack of which least is wanted is written anew first, and
    // gone before the next.
    private string? FreeStepwise(ObjectMarks marks, IReadOnlySet<ObjectId> roots, HashSet<ObjectId> packs, PackChoice choice,
        DateTime before, CancellationToken cancellation)
    {
        string? blocker = Delete(marks, roots, packs, [.. choice.Dropped], before, cancellation);
        var left = new Queue<ObjectId>(choice.RewrittenInOrder);
        while (blocker is null && left.TryPeek(out ObjectId pack))
        {
            if (TryRewrite(marks, packs, new HashSet<ObjectId> { pack }, cancellation) is not { } written)
                return $"the file system is too full to write {left.Count} of them anew";
            left.Dequeue();
            blocker = Delete(marks, roots, packs, [.. new[] { pack }.Except(written)], before, cancellation);
        }

        return blocker;
    }

    // Returns why nothing was deleted, null when it was.
    private string? Delete(ObjectMarks marks, IReadOnlySet<ObjectId> roots, HashSet<ObjectId> packs, HashSet<ObjectId> going,
        DateTime before, CancellationToken cancellation)
    {
        Step("lock");
        try
        {
            using FileLock held = repository.Store.AcquireForDeletion(options.Patience);
            Step("delete");
            DeleteAlone(marks, roots, packs, going, before, cancellation);
            return null;
        }
        catch (ConflictException e)
        {
            return $"other commands are at work ({e.Message})";
        }
    }

    // Nobody else writes now. What has become reachable since it was looked for is looked for again.
    private void DeleteAlone(ObjectMarks marks, IReadOnlySet<ObjectId> roots, HashSet<ObjectId> packs, HashSet<ObjectId> going,
        DateTime before, CancellationToken cancellation)
    {
        ObjectStore store = repository.Store;
        IReadOnlySet<ObjectId> rootsNow = Reachability.FindRoots(repository);
        HashSet<ObjectId> added = [.. store.ListPacks().Select(pack => pack.Id).Where(id => !packs.Contains(id))];
        if (added.Count > 0 || !rootsNow.IsSubsetOf(roots))
            marks = new Reachability(repository, cancellation)
                .Run(rootsNow, pack => added.Contains(pack) || store.GetPackTime(pack) >= before);
        Step("remove");
        store.RemoveStaleFiles();
        WaitingManifests.RemoveOlder(repository.Folder, before);
        PackRemover.Run(store, marks, going, before);
    }

    private ObjectMarks Mark(IReadOnlySet<ObjectId> roots, Func<DateTime, bool> isYoung, CancellationToken cancellation)
    {
        var young = repository.Store.ListPacks().Where(pack => isYoung(pack.Written)).Select(pack => pack.Id).ToHashSet();
        return new Reachability(repository, cancellation).Run(roots, young.Contains);
    }

    private static CollectionReport Count(ObjectMarks marks)
    {
        long[] counts = new long[3];
        marks.ForEach((_, mark) => counts[mark]++);
        return new CollectionReport(counts[1], counts[2], counts[0], 0, 0, 0, 0, 0, 0, 0, 0, null);
    }

    private int ExpireLogs()
    {
        if (options.DryRun || options.ExpireLogsBefore is not { } before)
            return 0;
        try
        {
            return LogExpiry.Run(repository.Refs, repository.Refs.ListLogs(), before);
        }
        catch (IOException e) when (HostFiles.IsFull(e))
        {
            return 0; // on a full disk the logs stay as they are until there is space
        }
    }

    private void PackRefs()
    {
        if (options.DryRun)
            return;
        try
        {
            repository.Refs.Pack();
        }
        catch (IOException e) when (HostFiles.IsFull(e))
        {
            // They stay files until there is space.
        }
    }
}
