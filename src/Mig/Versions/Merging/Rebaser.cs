using System.IO.Enumeration;
using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Versions.Branches;
using Mig.Versions.Commits;

namespace Mig.Versions.Merging;

/// <summary>
/// Puts branches on another version, as <c>git rebase</c> does: their versions are made anew on top of it, one after another. Many branches
/// go side by side and share what they have in common; each moves wholly or, when a version is in conflict, not at all.
/// </summary>
public sealed class Rebaser(Repository repository)
{
    // As many edits are open at once as a round has branches; what they store goes into one pack.
    private const int MaxRound = 64;

    /// <exception cref="NotFoundException">There is no such version, or no branch of that name.</exception>
    /// <exception cref="UsageException">There is nothing to put the branch on, or a version to be made anew is a merge or the first
    /// one.</exception>
    /// <exception cref="ConflictException">A branch moved meanwhile; none has been moved.</exception>
    public IReadOnlyList<RebasedBranch> Rebase(RebaseRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var publication = new Publication(repository, PublicationHooks.Replay, request.NoVerify, request.DryRun, cancellation);
        List<Line> lines = [.. FindBranches(request).Select(branch => Prepare(branch.Name, branch.Tip, request))];
        RefTransaction planned = publication.BeginMoves();
        foreach (Line line in lines.Where(line => line.Onto != line.Tip))
            planned.Update(line.Name, line.Tip.Value, line.Onto.Value, line.Reason);
        planned.Check();
        request.Announce?.Invoke([.. lines.Select(line => new RebasePlan(line.Branch, line.Tip, line.Onto, line.Count))]);
        using FileLock retained = repository.Store.Retain();
        var merger = new ImageMerger(new ScratchStore(repository.Store));
        var history = new MergeHistory(repository, merger);
        var writer = new MergeWriter(repository, merger);
        while (true)
        {
            List<Line> round = [.. lines.Where(line => line.IsOpen).Take(MaxRound)];
            if (round.Count == 0)
                break;
            Replay(round, merger, history, writer, publication, request, cancellation);
        }

        List<Line> moved = [.. lines.Where(line => line.Conflict is null && line.At != line.Tip)];
        foreach (Line line in moved)
            publication.Move(line.Name, line.Tip.Value, line.At, line.Reason);
        publication.Complete([.. moved.SelectMany(line => line.Made)]);
        return [.. lines.Select(line =>
            new RebasedBranch(line.Branch, line.Tip, line.Conflict is null && !request.DryRun ? line.At : line.Tip, line.Made.Count,
            line.Dropped, line.Conflict) { Notes = line.Notes })];
    }

    private void Replay(List<Line> round, ImageMerger merger, MergeHistory history, MergeWriter writer, Publication publication,
        RebaseRequest request, CancellationToken cancellation)
    {
        var planned = new PlannedCommit?[round.Count];
        ParallelWork.For(round.Count, repository.Context.Parallelism, Plan, cancellation);
        List<int> made = [.. Enumerable.Range(0, round.Count).Where(i => planned[i] is not null)];
        if (made.Count == 0)
            return;
        IReadOnlyList<CommitId> ids = writer.Write([.. made.Select(i => planned[i]!)], stores: true, request.Progress, cancellation);
        for (int i = 0; i < made.Count; i++)
        {
            publication.Offer(ids[i]);
            round[made[i]].MoveOn(ids[i]);
        }

        void Plan(int i)
        {
            Line line = round[i];
            (CommitId id, Commit source) = line.Next;
            MergePlan plan = merger.Plan(history.Read(source.Parents[0]), history.Read(line.At), history.Read(id), request.Choices);
            CommitId parent = line.At;
            line.Notes.AddRange(plan.Notes);
            if (plan.HasConflicts)
                line.Conflict = new PickedVersion(id, null, source, plan);
            else if (VersionPicker.IsNothing(plan))
                line.Drop();
            else
                planned[i] = new PlannedCommit(plan, image => Replay(source, image, parent, publication.Committer, plan));
        }
    }

    private Commit Replay(Commit source, ImageId image, CommitId parent, Signature committer, MergePlan plan) => source with
    {
        Image = image,
        Parents = [parent],
        Committer = committer,
        Provenance = repository.Objects.ReadCommit(parent).Provenance,
        Message = MergeNotes.Keep(repository, source.Message, plan.Notes),
        Headers = [],
    };

    private List<(RefName? Name, CommitId Tip)> FindBranches(RebaseRequest request)
    {
        if (request.Branches.Count == 0)
        {
            Head head = repository.Refs.ReadHead();
            return [(head.Branch, head.Require("there is nothing to rebase"))];
        }

        var found = new SortedDictionary<string, (RefName? Name, CommitId Tip)>(StringComparer.Ordinal);
        IReadOnlyList<Ref> all = [.. repository.Refs.List(RefName.BranchPrefix)];
        foreach (string pattern in request.Branches)
        {
            List<Ref> matches = [.. all.Where(branch => IsPattern(pattern) ? FileSystemName.MatchesSimpleExpression(
                pattern, branch.Name.ShortName, ignoreCase: false) : branch.Name.ShortName == pattern)];
            if (matches.Count == 0)
                throw new NotFoundException(
                    $"no branch is called '{pattern}'.{NearNames.Suggest(pattern, all.Select(branch => branch.Name.ShortName))}");
            foreach (Ref branch in matches)
                found[branch.Name.Value] = (branch.Name, new CommitId(branch.Id));
        }

        return [.. found.Values];
    }

    /// <summary>Tells whether a name stands for several branches.</summary>
    public static bool IsPattern(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.AsSpan().ContainsAny('*', '?');
    }

    private Line Prepare(RefName? branch, CommitId tip, RebaseRequest request)
    {
        string name = branch?.ShortName ?? "HEAD";
        CommitId upstream = request.Upstream is { } given ? repository.Revisions.ResolveCommit(given)
            : request.Onto is { } target ? repository.Revisions.ResolveCommit(target)
            : branch is not null && new Upstreams(repository).Find(branch) is { Id: { } followed } ? new CommitId(followed)
            : throw new UsageException(
                $"'{name}' follows no other branch, so say what to put it on: 'mig rebase REV' or 'mig rebase --onto REV'");
        CommitId onto = request.Onto is { } other ? repository.Revisions.ResolveCommit(other) : upstream;
        List<WalkedCommit> commits = [.. repository.Walk.Walk([tip], [upstream], CommitOrder.Topological)];
        commits.Reverse();
        if (commits.FirstOrDefault(commit => commit.Commit.Parents.Count != 1) is { } odd)
        {
            throw new UsageException(odd.Commit.Parents.Count == 0
                ? $"'{name}' and '{request.Upstream ?? request.Onto}' have no version in common, so '{name}' cannot be put there"
                : $"'{name}' has the merge {odd.Id.Value.ToShortString()} in what is to be made anew; mig rebases lines without merges "
                    + "only");
        }

        var line = new Line(branch, tip, onto);
        foreach (WalkedCommit commit in commits)
            line.Add(commit, isInPlace: commit.Commit.Parents[0] == line.At && line.Count == 0);
        return line;
    }

    // A branch on its way: where it has come to, and what is to be made anew.
    private sealed class Line(RefName? branch, CommitId tip, CommitId onto)
    {
        private readonly Queue<(CommitId Id, Commit Commit)> _rest = [];

        public RefName? Branch => branch;

        public CommitId Tip => tip;

        public CommitId Onto { get; } = onto;

        public CommitId At { get; private set; } = onto;

        /// <summary>What its log says when it moves.</summary>
        public string Reason => $"rebase (finish): {Branch?.Value ?? "returning to HEAD"} onto {Onto}";

        /// <summary>The ref that moves.</summary>
        public RefName Name => Branch ?? RefName.Head;

        /// <summary>The versions that were made anew, oldest first.</summary>
        public List<CommitId> Made { get; } = [];

        public int Dropped { get; private set; }

        public PickedVersion? Conflict { get; set; }

        public List<string> Notes { get; } = [];

        public int Count => _rest.Count;

        public bool IsOpen => Conflict is null && _rest.Count > 0;

        public (CommitId Id, Commit Commit) Next => _rest.Peek();

        public void Add(WalkedCommit commit, bool isInPlace)
        {
            if (isInPlace)
                At = commit.Id;
            else
                _rest.Enqueue((commit.Id, commit.Commit));
        }

        public void Drop()
        {
            _rest.Dequeue();
            Dropped++;
        }

        public void MoveOn(CommitId made)
        {
            _rest.Dequeue();
            At = made;
            Made.Add(made);
        }
    }
}
