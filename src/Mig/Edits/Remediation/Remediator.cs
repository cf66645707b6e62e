using Mig.Core;
using Mig.Edits.Operations;
using Mig.Edits.Packages;
using Mig.Exchange.Hooks;
using Mig.FileSystems;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Images.Compliance;
using Mig.Images.Running;
using Mig.Machines.Baselines;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Versions.Commits;

namespace Mig.Edits.Remediation;

/// <summary>
/// Makes branches keep baselines: new images first, each verified, then all branches move together, in one step that can be undone
/// (docs/decisions/0059-baselines.md).
/// </summary>
public sealed class Remediator(Repository repository)
{
    /// <summary>Does it. An image that cannot be changed, or is not as it should be afterwards, leaves its branches as they were.</summary>
    /// <exception cref="NotFoundException">No branch is meant by a word.</exception>
    /// <exception cref="HookRefusedException">A hook said no. No branch has moved.</exception>
    /// <exception cref="ConflictException">A branch moved meanwhile. No other has.</exception>
    public RemediationResult Run(RemediationRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var publication = new Publication(repository, PublicationHooks.All, request.NoVerify, request.DryRun, cancellation);
        using FileLock retained = repository.Store.Retain();
        List<RemediationTarget> targets = FindTargets(request.Branches);
        List<RemediationWork> works = [.. targets.GroupBy(target => target.Commit.Image)
            .Select(group => new RemediationWork(group.Key, [.. group]))];
        Plan(works, request, cancellation);
        if (request.DryRun)
            return Describe(targets, works, [], null);

        Make(works, request, publication.Committer.Time, cancellation);
        Verify(works, request, cancellation);
        return Publish(targets, works, request, publication, cancellation);
    }

    private List<RemediationTarget> FindTargets(IReadOnlyList<string> words)
    {
        var targets = new List<RemediationTarget>();
        foreach (RefName branch in words.SelectMany(word => VersionSelection.IsPattern(word)
            ? VersionSelection.FindBranches(repository, word) : [RefName.Branch(word)]).Distinct())
        {
            CommitId id = new(repository.Refs.Resolve(branch) ?? throw new NotFoundException(
                $"there is no branch '{branch.ShortName}'.{NearNames.Suggest(branch.ShortName,
                    repository.Refs.ListNames(RefName.BranchPrefix).Select(name => name.ShortName))}"));
            targets.Add(new RemediationTarget(branch, id, repository.Objects.ReadCommit(id)));
        }

        return targets;
    }

    private void Plan(List<RemediationWork> works, RemediationRequest request, CancellationToken cancellation)
    {
        PackageSource? source = request.Source is { } folder ? new PackageSource(folder) : null;
        var planner = new RemediationPlanner(repository, request, source);
        request.Progress.Begin("plan", works.Count);
        ParallelWork.ForEach(works, repository.Context.Parallelism, () => new ComplianceReader(repository, request.Baselines,
            request.Feeds),
            (work, reader) =>
            {
                string name = work.Targets[0].Branch.ShortName;
                work.Before = reader.Read(name, null, work.Image, cancellation).Rules;
                Guard(work, () =>
                {
                    MachineImage image = repository.Objects.ReadImage(work.Image);
                    work.Plan = planner.Plan(name, image, reader.Open(image, out _, cancellation), work.Before, cancellation);
                });
                request.Progress.Advance(1);
            }, cancellation);
    }

    private void Make(List<RemediationWork> works, RemediationRequest request, DateTimeOffset time, CancellationToken cancellation)
    {
        foreach (RemediationWork work in works.Where(work => work.Failure is null && work.Plan.MustRun))
        {
            Guard(work, () =>
            {
                RemediationTarget target = work.Targets[0];
                work.Run = new ImageRunner(repository).Make(
                    target.Id, PackageRunner.Change(target.Branch.ShortName, work.Plan.Installed, work.Plan.Removed), cancellation);
                if (work.Run.Image is null)
                    work.Failure = $"the package manager of the image ended with {work.Run.ExitCode}";
            });
        }

        List<RemediationWork> edited = [.. works.Where(work => work.Failure is null && !work.Plan.IsEmpty)];
        var clock = new StoppedClock(time);
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        request.Progress.Begin("change", edited.Count);
        ParallelWork.ForEach(edited, repository.Context.Parallelism, work =>
        {
            Guard(work, () => work.Made = Edit(work, writer, clock, cancellation));
            request.Progress.Advance(1);
        }, cancellation);
        writer.Complete();
    }

    private ImageId Edit(RemediationWork work, ObjectWriter writer, TimeProvider clock, CancellationToken cancellation)
    {
        ImageId from = work.Run?.Image ?? work.Image;
        RemediationPlan plan = work.Plan;
        if (plan.Unpacking is null && plan.Operations.Count == 0)
            return from;
        var before = new EditBase(repository, repository.Objects.ReadImage(from));
        using var edit = new ImageEdit(before, writer, 1, NoProgress.Instance, clock, cancellation);
        plan.Unpacking?.Apply(edit, new EditLog(), cancellation);
        foreach (IGrouping<(int, int), (ImageVolume Volume, EditOperation Operation)> volume in plan.Operations.GroupBy(item =>
            PlaceOf(work.Image, item.Volume)))
        {
            ImageDisk disk = edit.Before.Disks[volume.Key.Item1];
            var runner = new OperationRunner(edit.OpenVolume(disk, disk.Volumes[volume.Key.Item2]), clock);
            foreach ((_, EditOperation operation) in volume)
                runner.Run(operation);
        }

        return edit.Finish().Write(writer);
    }

    // Commands change what is on the volumes, not which there are.
    private (int Disk, int Volume) PlaceOf(ImageId image, ImageVolume volume)
    {
        IReadOnlyList<ImageDisk> disks = repository.Objects.ReadImage(image).Disks;
        for (int disk = 0; disk < disks.Count; disk++)
        {
            for (int i = 0; i < disks[disk].Volumes.Count; i++)
            {
                if (disks[disk].Volumes[i].Range == volume.Range && disks[disk].Volumes[i].Root?.Tree == volume.Root?.Tree)
                    return (disk, i);
            }
        }

        throw new ConflictException($"volume {volume.Number} is no longer there");
    }

    private void Verify(List<RemediationWork> works, RemediationRequest request, CancellationToken cancellation)
    {
        List<RemediationWork> made = [.. works.Where(work => work.IsGood)];
        request.Progress.Begin("verify", made.Count);
        ParallelWork.ForEach(made, repository.Context.Parallelism, () => new RemediationCheck(repository, request), (work, check) =>
        {
            Guard(work, () => check.Run(work, cancellation));
            request.Progress.Advance(1);
        }, cancellation);
    }

    private RemediationResult Publish(List<RemediationTarget> targets, List<RemediationWork> works, RemediationRequest request,
        Publication publication, CancellationToken cancellation)
    {
        var made = new Dictionary<RefName, CommitId>();
        Dictionary<RefName, RemediationWork> workOf = [];
        foreach (RemediationWork work in works.Where(work => work.IsGood))
        {
            foreach (RemediationTarget target in work.Targets)
                workOf.Add(target.Branch, work);
        }

        if (workOf.Count == 0)
            return Describe(targets, works, made, null);
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        foreach (RemediationTarget target in targets.Where(target => workOf.ContainsKey(target.Branch)))
        {
            RemediationWork work = workOf[target.Branch];
            var commit = new Commit
            {
                Image = work.Made!.Value,
                Parents = [target.Id],
                Author = publication.Author,
                Committer = publication.Committer,
                Provenance = target.Commit.Provenance,
                Message = publication.Ask(Publication.Clean(request.Message ?? MessageOf(request, work))),
            };
            made.Add(target.Branch, new CommitId(writer.AddObject(ObjectKind.Commit, commit.Encode())));
        }

        cancellation.ThrowIfCancellationRequested();
        writer.Complete();
        string step = RemediationStep.IdOf(made.Values);
        string reason = RemediationStep.Describe(NamesOf(request.Baselines), made.Count, step);
        foreach (RemediationTarget target in targets)
        {
            if (!made.TryGetValue(target.Branch, out CommitId id))
                continue;
            publication.Move(target.Branch, target.Id.Value, id, reason);
        }

        // Branches with the same version before have the same one now.
        CommitId[] versions = [.. made.Values.Distinct()];
        foreach (CommitId id in versions)
            publication.Offer(id);
        publication.Complete(versions);
        foreach (RemediationWork work in works.Where(work => work.IsGood && work.Run is { Key: not null } run && run.Image == work.Made))
            new RunMemory(repository).Add(work.Run!.Key!.Value, made[work.Targets[0].Branch]);
        return Describe(targets, works, made, step);
    }

    private static string MessageOf(RemediationRequest request, RemediationWork work) =>
        $"remediate: {NamesOf(request.Baselines)}\n\n{string.Concat(work.Plan.Steps.Select(step => $"- {step}\n"))}";

    private static string NamesOf(IReadOnlyList<Baseline> baselines) => string.Join(", ", baselines.Select(baseline => baseline.Name));

    private static RemediationResult Describe(List<RemediationTarget> targets, List<RemediationWork> works,
        Dictionary<RefName, CommitId> made, string? step)
    {
        var images = new Dictionary<RefName, RemediatedImage>();
        foreach (RemediationWork work in works)
        {
            // What was not changed, or was put back, breaks what it broke.
            IEnumerable<RuleResult> rules = work is { IsGood: true, After: not null } ? work.After : work.Before;
            OpenRule[] open = [.. rules.Where(rule => rule.Answer.State != RuleState.Kept).Select(rule => new OpenRule(rule,
                work.Plan.Left.FirstOrDefault(left => left.Result.Baseline == rule.Baseline
                    && left.Result.Rule == rule.Rule)?.Reason ?? ""))];
            foreach (RemediationTarget target in work.Targets)
                images.Add(target.Branch, new RemediatedImage(target.Branch, target.Id,
                    made.TryGetValue(target.Branch, out CommitId id) ? id : null, work.Plan.Steps, open, work.Failure));
        }

        return new RemediationResult(step, [.. targets.Select(target => images[target.Branch])], works.Count(work => work.IsGood));
    }

    // One image that is refused is no reason to leave the others as they are.
    private static void Guard(RemediationWork work, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is ConflictException or NotFoundException or UnsupportedFeatureException or RefusedOperationException
            or CorruptImageException)
        {
            work.Failure = e.Message;
        }
    }
}
