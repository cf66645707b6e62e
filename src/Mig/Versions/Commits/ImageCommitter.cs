using Mig.Care.Trust;
using Mig.Core;
using Mig.Disks;
using Mig.Exchange.Hooks;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Images.Ingest;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Versions.Working;

namespace Mig.Versions.Commits;

/// <summary>Commits disks: takes them in, makes the commit durable, and moves the branch last.</summary>
internal sealed class ImageCommitter(Repository repository)
{
    /// <summary>Commits the disks of one machine to the current branch.</summary>
    /// <inheritdoc cref="RepositoryCommits.Add(CommitRequest, CancellationToken)"/>
    public CommitResult Commit(CommitRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Disks.Count == 0 && !request.Amend && request.Opened is null && request.Attach.Count + request.Detach.Count == 0)
            throw new UsageException("name at least one disk to commit");

        // What can go wrong without reading a disk goes wrong first.
        var publication = new Publication(repository, PublicationHooks.All, request.NoVerify, cancellation: cancellation);
        Signature author = publication.Author;
        string message = publication.Ask(Publication.Clean(request.Message));
        Head head = request.Opened?.Onto ?? repository.Refs.ReadHead();
        Commit? amended = request.Amend ? FindAmended(head) : null;
        Commit? last = amended ?? (head.Id is { } at ? repository.Objects.ReadCommit(new CommitId(at)) : null);
        MachineImage? below = last is null ? null : repository.Objects.ReadImage(last.Image);
        if (request.Disks.Count == 0 && request.Opened is null && below is null)
            throw new UsageException("there is no version yet that something could be attached to; name its disks, too");
        var beside = new AttachmentPlan(request, below is null ? [] : ImageAttachments.Read(repository.Store, below));
        List<DiskImage> disks = request.Opened is { } opened ? [.. opened.Disks] : OpenDisks(request, cancellation);
        try
        {
            var rest = new DiskRest(disks);
            if (!request.AllowChanging)
                rest.CheckUnused();
            IReadOnlyList<string> names =
                DiskNames.Choose([.. disks.Select((disk, i) => request.Opened is null && IsInput(request, request.Disks[i])
                    ? SpooledDisk.DiskName : disk.Name)]);
            using FileLock retained = repository.Store.Retain();
            using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
            var session = new IngestSession(repository.Store, writer, request.Progress, repository.Context.Parallelism,
                cancellation)
            { MayChange = request.AllowChanging };
            var taken = new List<(ImageDisk Disk, DiskReport Report)>();
            var stats = new List<StatCache>();
            try
            {
                for (int i = 0; i < disks.Count; i++)
                {
                    ImageDisk? before = FindBefore(head, names, i);
                    IUnreadPlan? plan = request.Opened?.Plans[i] ?? (request.Quick
                        ? QuickPlan.Create(repository.Store, repository.Folder, before, disks[i].Content.Length) : null);
                    var ingest = new DiskIngest(session, disks[i], names[i], request.DiscardFree, repository.Context.Limits, before, plan);
                    taken.Add(ingest.Run());
                    stats.Add(ingest.Stats);
                }
            }
            catch (MigException) when (!request.AllowChanging)
            {
                // What looks damaged may only be half written.
                rest.CheckUnchanged();
                throw;
            }

            // Together, at the end: the disks of a machine belong to one moment.
            if (!request.AllowChanging)
                rest.CheckUnchanged();
            bool keepsDisks = disks.Count == 0;
            IReadOnlyCollection<TreeEntry> attachments =
                beside.Run(session, below?.Disks, keepsDisks ? below!.Disks : [.. taken.Select(item => item.Disk)]);
            writer.EndContent();
            MachineImage image = (keepsDisks ? below! : new MachineImage([.. taken.Select(item => item.Disk)])) with
            {
                Attachments = ImageAttachments.Write(writer, attachments),
            };
            ImageId imageId = keepsDisks && image.Attachments == below!.Attachments ? last!.Image : image.Write(writer);
            List<DiskReport> reports = [.. taken.Select((item, i) => rest.Note(item.Report, i))];
            if (!request.AllowEmpty && amended is null && IsUnchanged(head, image))
            {
                WriteCaches(session, request.DiscardFree ? [] : image.Disks, image, stats, reports);
                RememberPlaces(new CommitId(head.Id!.Value), request);
                return new CommitResult(null, head.Branch, false, imageId, reports, 0, 0, 0);
            }

            var commit = new Commit
            {
                Image = imageId,
                Parents = amended?.Parents ?? (head.Id is { } parent ? [new CommitId(parent)] : []),
                Author = amended?.Author ?? author,
                Committer = publication.Committer,
                Provenance = keepsDisks ? last!.Provenance : [.. reports.SelectMany(DiskProvenance.Of)],
                Message = message,
            };
            var id = new CommitId(writer.AddObject(ObjectKind.Commit, commit.Encode()));
            cancellation.ThrowIfCancellationRequested();
            writer.Complete();
            WriteCaches(session, request.DiscardFree ? [] : taken.Select(item => item.Disk), image, stats, reports);
            if (!keepsDisks)
                RememberPlaces(id, request);
            publication.Offer(id);
            request.Opened?.Made?.Invoke(id);
            string reason = (amended is not null ? "commit (amend): " : head.IsUnborn ? "commit (initial): " : "commit: ") + commit.Subject;
            publication.Move(head.Branch ?? RefName.Head, head.Id ?? default, id, reason);
            publication.Complete([id]);
            return new CommitResult(id, head.Branch, commit.Parents.Count == 0, imageId, reports, writer.NewObjectCount, writer.NewBytes,
                writer.StoredBytes)
            { Message = message };
        }
        finally
        {
            foreach (DiskImage disk in request.Opened is null ? disks : [])
                disk.Dispose();
        }
    }

    private Commit FindAmended(Head head)
    {
        if (head.Id is not { } last)
            throw new UsageException("there is no version yet that could be amended; leave --amend out");
        if (repository.Objects.Shallow.Contains(last))
            throw new UsageException(
                "the parents of the last version are not in this shallow clone, so it cannot be amended; 'mig fetch --unshallow' gets "
                    + "them");
        return repository.Objects.ReadCommit(new CommitId(last));
    }

    private static bool IsInput(CommitRequest request, string disk) => disk == SpooledDisk.Name && request.Input is not null;

    private FileSource? ReadInput(CommitRequest request, CancellationToken cancellation)
    {
        int count = request.Disks.Count(disk => IsInput(request, disk));
        if (count > 1)
            throw new UsageException("standard input is one disk, and '-' is given more than once");
        return count == 0 ? null : SpooledDisk.Read(
            Path.Combine(repository.Folder, ObjectStore.TemporaryFolder), request.Input!(), request.Progress, cancellation);
    }

    // What came from standard input is nowhere any more.
    private void RememberPlaces(CommitId commit, CommitRequest request)
    {
        if (request.Opened is null && !request.Disks.Any(disk => IsInput(request, disk)))
            DiskPlaces.Write(repository.Folder, commit, request.Disks);
    }

    private List<DiskImage> OpenDisks(CommitRequest request, CancellationToken cancellation)
    {
        FileSource? input = ReadInput(request, cancellation);
        try
        {
            return DiskOpener.Open(request.Disks, request.InputFormat, request.AllowedFolders, repository.Folder, repository.Context.Limits,
                request.Progress, input, cancellation);
        }
        catch
        {
            input?.Dispose();
            throw;
        }
    }

    private void WriteCaches(IngestSession session, IEnumerable<ImageDisk> whole, MachineImage image, List<StatCache> stats,
        List<DiskReport> reports)
    {
        if (reports.TrueForAll(report => report.Disturbance.Length == 0))
            session.Keep(whole);
        for (int i = 0; i < stats.Count; i++)
        {
            // What was read of a disk that changed is nothing to rely on later.
            if (image.Disks[i].Layout is not { } layout || reports[i].Disturbance.Length > 0)
                continue;
            stats[i].Write(repository.Folder, image.Disks[i]);
            FreeSpaceCache.Add(repository.Folder, layout, reports[i].Volumes.Where(volume => volume.IsFreeSpaceTrusted)
                .Select(volume => volume.Number));
        }
    }

    private ImageDisk? FindBefore(Head head, IReadOnlyList<string> names, int index)
    {
        if (head.Id is not { } parent)
            return null;
        return DiskNames.FindBefore(repository.Objects.ReadImage(repository.Objects.ReadCommit(new CommitId(parent)).Image).Disks, names,
            index);
    }

    // Another file name alone is no change: nightly builds have a new one every day.
    private bool IsUnchanged(Head head, MachineImage image)
    {
        if (head.Id is not { } parent)
            return false;
        MachineImage before = repository.Objects.ReadImage(repository.Objects.ReadCommit(new CommitId(parent)).Image);
        return before.Attachments == image.Attachments && before.Disks.Count == image.Disks.Count
            && before.Disks.Zip(image.Disks).All(pair => ProvenDisks.KeyOf(pair.First) == ProvenDisks.KeyOf(pair.Second));
    }
}
