using System.Text;
using Mig.Core;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.Exchange.Hooks;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Versions.Commits;

namespace Mig.Edits.Deriving;

/// <summary>Derives one version for each row of a table from one that is there: a commit and a branch each, all of them or none.</summary>
public sealed class ImageDeriver(Repository repository)
{
    /// <summary>
    /// Derives the versions. What is read of the base is read once; all that is new becomes durable together, then all branches move
    /// together.
    /// </summary>
    /// <exception cref="UsageException">Table, template or patterns do not fit each other.</exception>
    /// <exception cref="ConflictException">A branch exists already, or moved meanwhile.</exception>
    /// <exception cref="HookRefusedException">A hook said no. No branch has moved.</exception>
    public DeriveResult Derive(DeriveRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var publication = new Publication(repository, PublicationHooks.All, request.NoVerify, request.DryRun, cancellation);
        (Signature author, Signature committer) = (publication.Author, publication.Committer);
        (string revision, PathSpec? named) = PathSpec.Split(request.Base);
        PathSpec place = named is null or { Path.IsEmpty: true } ? named ?? PathSpec.Root
            : throw new UsageException($"'{request.Base}' names a path; a whole version is derived from, or a volume of it, as in v1:@2");
        CommitId baseId = repository.Revisions.ResolveCommit(revision);
        Commit parent = repository.Objects.ReadCommit(baseId);
        var before = new EditBase(repository, repository.Objects.ReadImage(parent.Image));
        var clock = new StoppedClock(committer.Time);
        List<PlannedVersion> plan = Plan(request, baseId, publication);
        HostTemplate template = HostTemplate.Read(request.TemplateFolder, request.Hosts, clock);

        using FileLock retained = repository.Store.Retain();
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        var versions = new DerivedVersion[plan.Count];
        var commits = new Commit[plan.Count];
        request.Progress.Begin("derive", plan.Count);
        ParallelWork.For(plan.Count, repository.Context.Parallelism, Derive, cancellation);

        writer.EndContent();
        CommitId[] ids = [.. commits.Select(commit => new CommitId(writer.AddObject(ObjectKind.Commit, commit.Encode())))];
        cancellation.ThrowIfCancellationRequested();
        if (publication.Stores)
            writer.Complete();
        foreach (CommitId id in ids)
            publication.Offer(id);
        if (request.DryRun)
            return new DeriveResult(baseId, versions, writer.NewObjectCount, writer.NewBytes, 0);
        for (int i = 0; i < ids.Length; i++)
            publication.Move(plan[i].Branch, plan[i].Before, ids[i], $"derive: {commits[i].Subject}");
        publication.Complete(ids);
        return new DeriveResult(baseId, [.. versions.Select((version, i) => version with { Id = ids[i] })], writer.NewObjectCount,
            writer.NewBytes, writer.StoredBytes);

        void Derive(int i)
        {
            using var edit = new ImageEdit(before, writer, 1, NoProgress.Instance, clock, cancellation);
            var changes = new VolumeChanges(repository, edit, revision, place);
            foreach (PlacedOperation operation in template.Fill(plan[i].Row, plan[i].Name))
                changes.Run(operation);
            MachineImage image = edit.Finish();
            commits[i] = new Commit
            {
                Image = image.Write(writer), Parents = [baseId], Author = author, Committer = committer,
                Provenance = parent.Provenance, Message = plan[i].Message
            };
            versions[i] = Describe(plan[i], changes);
            request.Progress.Advance(1);
        }
    }

    // Everything that can be wrong with names is found before any work is done.
    private List<PlannedVersion> Plan(DeriveRequest request, CommitId baseId, Publication publication)
    {
        if (request.Hosts.Rows.Count == 0)
            throw new UsageException($"{request.HostsName} has no row; each row makes a version");
        Placeholders branches = Placeholders.ParsePattern(request.BranchPattern, request.Hosts, "the pattern of branches");
        Placeholders? messages = request.MessagePattern is { } pattern ? Placeholders.ParsePattern(pattern, request.Hosts, "the message")
            : null;
        var plan = new List<PlannedVersion>();
        var rows = new Dictionary<RefName, CsvRow>();
        RefTransaction transaction = publication.BeginMoves();
        foreach (CsvRow row in request.Hosts.Rows)
        {
            string where = $"{request.HostsName}, line {row.Line}", name = Encoding.UTF8.GetString(branches.Fill(row));
            if (!RefName.TryBranch(name, out RefName? branch))
                throw new UsageException($"{where}: '{name}' can be no branch; see 'mig help branch' for what a name may hold");
            if (!rows.TryAdd(branch, row))
                throw new UsageException(
                    $"{where}: '{name}' is the branch of line {rows[branch].Line}, too; use a column that differs, or more of them, in "
                    + "--branch");
            ObjectId? there = repository.Refs.Resolve(branch);
            if (there is not null && !request.Force)
                throw new ConflictException($"{where}: a branch named '{name}' exists already; --force moves it");
            string message = publication.Ask(
                Publication.Clean(messages is null ? $"derive {name}" : Encoding.UTF8.GetString(messages.Fill(row)), $"{where}: "));
            plan.Add(new PlannedVersion(row, where, branch, there ?? default, message));
            transaction.Update(branch, there ?? default, baseId.Value, message);
        }

        transaction.Check(branch => rows.TryGetValue(branch, out CsvRow? row) ? $"{request.HostsName}, line {row.Line}: " : "");
        return plan;
    }

    private static DerivedVersion Describe(PlannedVersion plan, VolumeChanges changes)
    {
        IReadOnlyList<(string Prefix, EditLog Log)> logs = changes.Logs;
        return new DerivedVersion(plan.Row.Line, plan.Branch, null, Count(EditChangeKind.Added), Count(EditChangeKind.Changed),
            Count(EditChangeKind.Removed));

        int Count(EditChangeKind kind) => logs.Sum(log => log.Log.CountOf(kind));
    }
}
