using System.Runtime.InteropServices;
using Mig.Care.Maintenance;
using Mig.Core;
using Mig.Core.Host;
using Mig.Exchange.Remotes;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Images.Searching;
using Mig.Machines.Coverage;
using Mig.Store;
using Mig.Store.Collection;
using Mig.Store.Content;
using Mig.Store.Locks;
using Mig.Versions.Commits;

namespace Mig.Edits.Purging;

/// <summary>
/// Takes files out of all history: every version that has them is made anew without them, with their blocks and the copies in free space
/// overwritten; refs move to the new versions; old ones go, and a look at everything that is left proves it.
/// </summary>
public sealed class ContentPurger(Repository repository)
{
    /// <exception cref="UnsupportedFeatureException">A file system that has such a file cannot be changed, or the repository has not all of
    /// its history. Nothing has changed.</exception>
    /// <exception cref="ConflictException">A ref moved meanwhile. Nothing has changed.</exception>
    public PurgeReport Run(PurgeRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Paths.Count == 0 && request.Contents.Count == 0)
            throw new UsageException("name what must go, with --path PATH or --sha256 SHA256");
        if (repository.PromisorRemote is not null || repository.Objects.Shallow.Count > 0)
            throw new UnsupportedFeatureException(
                "purging a partial or shallow clone", "a part of its history is elsewhere; purge there, and clone again");
        var publication = new Publication(repository, PublicationHooks.None, isDryRun: request.DryRun, cancellation: cancellation);
        using FileLock alone = FileLock.Acquire(
            Path.Combine(repository.Folder, "locks", "purge"), "purging of this repository", TimeSpan.Zero);
        PendingPurge pending = PendingPurge.Open(repository.Folder);

        IReadOnlyList<Ref> refs = repository.Refs.List("refs/");
        Head head = repository.Refs.ReadHead();
        var secrets = new SecretBlocks();
        PurgeReport report;
        using (FileLock retained = repository.Store.Retain())
        {
            using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
            report = Rewrite(request, refs, head, secrets, pending, writer, publication, cancellation);
        }

        return request.DryRun || request.KeepsOldVersions ? report
            : report with { Proof = Prove(request, report, pending, publication.Committer, cancellation) };
    }

    private PurgeReport Rewrite(
        PurgeRequest request, IReadOnlyList<Ref> refs, Head head, SecretBlocks secrets, PendingPurge pending, ObjectWriter writer,
            Publication publication, CancellationToken cancellation)
    {
        repository.Store.Refresh();
        var finder = new VictimFinder(repository.Store, request, repository.Context.Limits);
        var images = new Dictionary<ImageId, (MachineImage Image, IReadOnlyList<PurgedFile> Victims)>();
        IEnumerable<ObjectId> tips = refs.Select(item => item.Id).Concat(head.Id is { } at ? [at] : []);
        IReadOnlyDictionary<ImageId, DateTimeOffset> times = FindImages(tips);
        foreach (ImageId id in times.Keys)
        {
            cancellation.ThrowIfCancellationRequested();
            MachineImage image = repository.Objects.ReadImage(id);
            images.Add(id, (image, finder.Find(id, image)));
        }

        // A log may lead to what no ref leads to, a killed command may have left it, and a purge that was killed has moved the refs
        // already.
        List<PurgedFile> files = [.. images.Values.SelectMany(item => item.Victims),
            .. FindUnreachable(request, [.. times.Keys], cancellation)];
        List<PurgedFile> withContent = [.. files.Where(file => file.Entry is { Type: TreeEntryType.File, Size: > 0, Sha256: not null })
            .DistinctBy(file => file.Entry.Sha256)];
        List<PurgedFile> gone = [.. withContent.Where(file => !finder.Kept.Contains(file.Entry.Sha256!.Value))];
        foreach (PurgedFile file in gone)
        {
            try
            {
                AddTo(secrets, file.Entry);
            }
            catch (CorruptStoreException) when (!times.ContainsKey(file.Image))
            {
                // A version that nothing leads to need not be whole.
            }
        }

        var purger = new ImagePurger(repository, writer, new ResidueSearch(repository.Store, secrets, FindKeptBlobs(finder)));
        var report = new PurgeReport(
            files, [.. gone.Select(file => file.Entry.Sha256!.Value)],
                [.. withContent.Except(gone).Select(file => file.Entry.Sha256!.Value)], 0, [], 0, 0, null, null)
        {
            Coverage = new ImageCoverage([
                .. images.Values.SelectMany(item => new CoverageReader(repository.Store).ReadVolumes(item.Image).Unseen).Distinct()]),
            UnknownContents = [.. request.Contents.Except(files.Select(file => file.Entry.Sha256).OfType<ObjectId>())
                .Except(pending.Contents)],
        };
        if (!request.KeepsOldVersions && !request.DryRun)
        {
            pending.Contents.UnionWith(report.Contents);
            pending.Heads.UnionWith(secrets.Heads);
            pending.Save();
        }

        var after = new Dictionary<ImageId, ImageId>();
        var rewriter = new HistoryRewriter(repository, writer, id =>
        {
            if (!after.TryGetValue(id, out ImageId now))
                after.Add(id, now = purger.Purge(images[id].Image, images[id].Victims, times[id], request.Progress, cancellation)
                    .Write(writer));
            return now;
        });
        // Symbolic refs follow what they stand for.
        List<(Ref Ref, ObjectId After)> moves = [.. refs.Where(item => item.Target is null)
            .Select(item => (item, rewriter.Rewrite(item.Id))).Where(move => move.Item1.Id != move.Item2)];
        ObjectId? detached = head.IsDetached && head.Id is { } headId ? rewriter.Rewrite(headId) : null;
        cancellation.ThrowIfCancellationRequested();
        if (!request.DryRun)
            writer.Complete();
        report = report with
        {
            ZeroedBytes = purger.ZeroedBytes,
            Unreachable = purger.Unreachable,
            RewrittenCommits = rewriter.Changed.Count(change => change.Kind == ObjectKind.Commit),
            MovedRefs = moves.Count
        };
        if (rewriter.Changed.Count == 0)
            return report;
        RefTransaction transaction = publication.BeginMoves();
        foreach ((Ref moved, ObjectId now) in moves)
            transaction.Update(moved.Name, moved.Id, now, "purge");
        if (detached is { } target && target != head.Id)
            transaction.DetachHead(target, "purge");
        transaction.Check();
        if (request.DryRun)
            return report;
        report = report with { Map = PurgeMap.Write(repository.Folder, rewriter.Changed) };
        transaction.Commit();
        return report;
    }

    private List<PurgedFile> FindUnreachable(PurgeRequest request, HashSet<ImageId> reachable, CancellationToken cancellation)
    {
        var finder = new VictimFinder(repository.Store, request, repository.Context.Limits, isWhole: false);
        var found = new List<PurgedFile>();
        foreach (ImageId id in ListImages().Where(id => !reachable.Contains(id)))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                found.AddRange(finder.Find(id, repository.Objects.ReadImage(id)));
            }
            catch (CorruptStoreException)
            {
                // It goes in any case.
            }
        }

        return found;
    }

    private List<ImageId> ListImages()
    {
        var images = new HashSet<ImageId>();
        new ObjectMarks(repository.Store).ForEachId((id, location, _) =>
        {
            if (location.Kind == ObjectKind.Image)
                images.Add(new ImageId(id));
        });
        return [.. images];
    }

    // With the time of the first commit that has each.
    private Dictionary<ImageId, DateTimeOffset> FindImages(IEnumerable<ObjectId> tips)
    {
        var seen = new HashSet<ObjectId>();
        var images = new Dictionary<ImageId, DateTimeOffset>();
        var pending = new Stack<ObjectId>(tips);
        while (pending.TryPop(out ObjectId id))
        {
            if (!seen.Add(id))
                continue;
            switch (repository.Objects.GetKind(id))
            {
                case ObjectKind.Tag:
                    pending.Push(repository.Objects.ReadTag(new TagId(id)).Target);
                    break;
                case ObjectKind.Image:
                    images.TryAdd(new ImageId(id), DateTimeOffset.UnixEpoch);
                    break;
                case ObjectKind.Commit:
                    Commit commit = repository.Objects.ReadCommit(new CommitId(id));
                    if (!images.TryGetValue(commit.Image, out DateTimeOffset known) || commit.Committer.Time < known)
                        images[commit.Image] = commit.Committer.Time;
                    foreach (CommitId parent in commit.Parents)
                        pending.Push(parent.Value);
                    break;
            }
        }

        return images;
    }

    private void AddTo(SecretBlocks secrets, TreeEntry file)
    {
        if (file.List is not { } list)
        {
            secrets.Add(repository.Store.ReadBlob(new BlobId(file.Sha256!.Value)), isStart: true);
            return;
        }

        // Chunks end anywhere; blocks do not.
        var waiting = new List<byte>();
        bool isStart = true;
        new ContentReader(repository.Store).Read(list, bytes =>
        {
            waiting.AddRange(bytes);
            int whole = waiting.Count / SecretBlocks.BlockSize * SecretBlocks.BlockSize;
            secrets.Add(CollectionsMarshal.AsSpan(waiting)[..whole], isStart);
            isStart &= whole == 0;
            waiting.RemoveRange(0, whole);
        });
        secrets.Add(CollectionsMarshal.AsSpan(waiting), isStart);
    }

    private HashSet<BlobId> FindKeptBlobs(VictimFinder finder)
    {
        HashSet<BlobId> kept = [.. finder.Kept.Select(id => new BlobId(id))];
        foreach (ListId list in finder.KeptLists)
            kept.UnionWith(ChunkList.ReadChunks(repository.Store, list).Where(chunk => !chunk.IsHole).Select(chunk => chunk.Blob));
        return kept;
    }

    private PurgeProof Prove(PurgeRequest request, PurgeReport report, PendingPurge pending, Signature who, CancellationToken cancellation)
    {
        if (report.Files.Count > 0 || report.Map is not null || pending.Contents.Count > 0)
            Forget(who);
        CollectionReport collected = new GarbageCollection(
            repository, new CollectionOptions { PruneBefore = DateTime.MaxValue, GarbageTolerated = 0, Progress = request.Progress })
                .Run(cancellation);
        repository.Store.Refresh();
        string? blocker = collected.Blocker
            ?? (PackRemover.FindUnlisted(repository.Store, DateTime.MaxValue) is [{ } unlisted, ..]
                ? $"another command is writing pack {unlisted}" : null);

        // Whatever is left was made here, or came meanwhile.
        List<PurgedFile> left = FindUnreachable(request, [], cancellation);
        List<ObjectId> gone = [.. pending.Contents.Except(report.KeptContents)];
        PurgeProof proof = ContentProof.Run(repository, gone, pending.Heads, left, blocker, request.Progress, cancellation);
        if (blocker is null)
            pending.Delete();
        return proof;
    }

    // What leads to old versions, and what was worked out from them.
    private void Forget(Signature who)
    {
        LogExpiry.Run(repository.Refs, repository.Refs.ListLogs(), DateTime.MaxValue);
        if (repository.Refs.Read(FetchOperation.FetchHead) is not null)
            repository.Refs.Delete(FetchOperation.FetchHead, null, who, "purge");
        foreach (string name in (string[])[ImageSearch.CatalogFile, ImageSearch.CatalogFile + "-wal", ImageSearch.CatalogFile + "-shm"])
            HostFiles.Delete(Path.Combine(repository.Folder, name));
        if (new DirectoryInfo(Path.Combine(repository.Folder, "cache")) is { Exists: true, LinkTarget: null } cache)
            HostFiles.DeleteFolder(cache.FullName, recursive: true);
    }
}
