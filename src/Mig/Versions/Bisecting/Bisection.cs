using Mig.Core;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Versions.Branches;

namespace Mig.Versions.Bisecting;

/// <summary>
/// Looks for the version that brought something, by halves: git-bisect(1). What is known stands in refs below <c>refs/bisect/</c>, so that
/// nothing of it is collected, and the version to test is <c>BISECT_HEAD</c>. HEAD stays where it is.
/// </summary>
public sealed class Bisection(Repository repository)
{
    private const string Prefix = "refs/bisect/";
    private const string Reason = "bisect";

    private static readonly RefName _start = RefName.Parse(Prefix + "start");
    private static readonly RefName _bad = RefName.Parse(Prefix + "bad");

    /// <summary>The ref of the version to test.</summary>
    public static RefName TestedRef { get; } = RefName.Parse("BISECT_HEAD");

    /// <summary>Whether one is under way.</summary>
    public bool IsUnderWay => repository.Refs.Exists(_start);

    /// <summary>Begins one; what one before it knew is forgotten.</summary>
    /// <param name="bad">A version that has what is looked for; null when it is named later.</param>
    /// <param name="good">Versions that have it not.</param>
    /// <exception cref="UsageException">Something is no version, or a good version lies behind the bad one.</exception>
    public BisectStep Start(string? bad, IReadOnlyList<string> good)
    {
        ArgumentNullException.ThrowIfNull(good);
        CommitId start = repository.Revisions.ResolveCommit(bad ?? "HEAD");
        var known = new Marks(bad is null ? null : start, good.Select(revision => repository.Revisions.ResolveCommit(revision)).ToHashSet(),
            new HashSet<CommitId>());
        return Keep(known, start);
    }

    /// <summary>Notes what a test said; it replaces what was said of the same version before.</summary>
    /// <param name="revisions">The versions; none for the one that was to be tested.</param>
    /// <exception cref="UsageException">None is under way, something is no version, or what is said cannot be true: nothing is
    /// noted.</exception>
    public BisectStep Mark(BisectMark mark, IReadOnlyList<string> revisions)
    {
        ArgumentNullException.ThrowIfNull(revisions);
        CommitId start = ExpectUnderWay();
        if (mark == BisectMark.Bad && revisions.Count > 1)
            throw new UsageException("one version is the first that is known to be bad: name one, and the others when they are tested");
        string tested = repository.Refs.Exists(TestedRef) ? TestedRef.Value : "HEAD";
        Marks known = Read();
        foreach (CommitId id in (revisions.Count == 0 ? [tested] : revisions).Select(r => repository.Revisions.ResolveCommit(r)))
            known = known.With(mark, id);
        return Keep(known, start);
    }

    /// <summary>Ends one: its refs go.</summary>
    public void Reset()
    {
        RefTransaction transaction = Begin();
        IReadOnlyList<Ref> all = repository.Refs.List(Prefix);
        foreach (Ref item in all)
            transaction.Delete(item.Name, null, Reason);
        if (repository.Refs.Exists(TestedRef))
            transaction.Delete(TestedRef, null, Reason);
        if (all.Count > 0)
            transaction.Commit();
    }

    /// <summary>Says where it stands.</summary>
    /// <exception cref="UsageException">None is under way.</exception>
    public BisectStep Look()
    {
        ExpectUnderWay();
        return Look(Read());
    }

    private BisectStep Look(Marks known)
    {
        var step = new BisectStep { HasBad = known.Bad is not null, HasGood = known.Good.Count > 0 };
        if (known.Bad is not { } bad || known.Good.Count == 0)
            return step;
        var walk = new CommitWalk(repository.Objects);
        if (FindUntestedBase(walk, bad, known) is { } common)
            return step with { Next = new WalkedCommit(common, repository.Objects.ReadCommit(common)) };
        List<WalkedCommit> suspects = [.. walk.Walk([bad], known.Good, CommitOrder.Topological)];
        if (suspects is [var first])
            return step with { FirstBad = first };
        return BisectChoice.Find(suspects, known.Skipped.Contains) is { } choice
            ? step with { Next = choice.Commit, Left = choice.Left }
            : step with { Suspects = suspects };
    }

    private Marks Read()
    {
        IReadOnlyList<Ref> refs = repository.Refs.List(Prefix);
        return new Marks(repository.Refs.Resolve(_bad) is { } bad ? new CommitId(bad) : null, Marked(BisectMark.Good),
            Marked(BisectMark.Skip));

        HashSet<CommitId> Marked(BisectMark mark) => [.. refs
            .Where(item => item.Name.Value.StartsWith(PrefixOf(mark), StringComparison.Ordinal)).Select(item => new CommitId(item.Id))];
    }

    // In one step: what is known, and what is tested next.
    private BisectStep Keep(Marks known, CommitId start)
    {
        BisectStep step = Look(known);
        var wanted = new Dictionary<RefName, CommitId> { [_start] = start };
        if (known.Bad is { } bad)
            wanted[_bad] = bad;
        foreach (CommitId id in known.Good)
            wanted[NameOf(BisectMark.Good, id)] = id;
        foreach (CommitId id in known.Skipped)
            wanted[NameOf(BisectMark.Skip, id)] = id;
        if (step.Next is { } next)
            wanted[TestedRef] = next.Id;
        RefTransaction transaction = Begin();
        foreach (Ref item in repository.Refs.List(Prefix).Where(item => !wanted.ContainsKey(item.Name)))
            transaction.Delete(item.Name, null, Reason);
        foreach ((RefName name, CommitId id) in wanted)
            transaction.Update(name, null, id.Value, Reason);
        transaction.Commit();
        return step;
    }

    private static string PrefixOf(BisectMark mark) => Prefix + (mark == BisectMark.Good ? "good-" : "skip-");

    private static RefName NameOf(BisectMark mark, in CommitId id) => RefName.Parse(PrefixOf(mark) + id.Value);

    // Where a good version is on another line, what both lines have in common must be good, too: else it was repaired there.
    private static CommitId? FindUntestedBase(CommitWalk walk, CommitId bad, Marks known)
    {
        HashSet<CommitId> before = [.. walk.Walk([bad]).Select(commit => commit.Id)];
        if (walk.Walk(known.Good).Any(commit => commit.Id == bad))
        {
            throw new UsageException(
                $"version {bad.Value.ToShortString()} is bad and lies before one that is good, or is it: it was repaired between them. "
                + "A bisection looks for what broke: begin with a good version before the bad one");
        }

        HashSet<CommitId> goodBefore = [.. walk.Walk(known.Good.Where(before.Contains)).Select(commit => commit.Id)];
        return known.Good.Where(id => !before.Contains(id)).SelectMany(id => walk.MergeBases(bad, id))
            .Where(id => !goodBefore.Contains(id) && !known.Skipped.Contains(id)).Select(id => (CommitId?)id).FirstOrDefault();
    }

    private CommitId ExpectUnderWay() => repository.Refs.Resolve(_start) is { } start ? new CommitId(start)
        : throw new UsageException("no bisection is under way; 'mig bisect start BAD GOOD' begins one");

    private RefTransaction Begin() => repository.Refs.BeginTransaction(ReflogSignature.Of(repository));

    // What is known of versions.
    private sealed record Marks(CommitId? Bad, IReadOnlySet<CommitId> Good, IReadOnlySet<CommitId> Skipped)
    {
        public Marks With(BisectMark mark, CommitId id) => new(
            mark == BisectMark.Bad ? id : Bad == id ? null : Bad,
            Good.Where(known => known != id).Concat(mark == BisectMark.Good ? [id] : []).ToHashSet(),
            Skipped.Where(known => known != id).Concat(mark == BisectMark.Skip ? [id] : []).ToHashSet());
    }
}
