using System.Globalization;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Versions.Branches;
using Mig.Versions.Commits;
using Mig.Versions.Merging;

namespace Mig.Versions.Bisecting.Parts;

/// <summary>
/// Finds which of the changes between two versions break a machine: makes machines of the good version that have some of the changes, and
/// has them tested as <c>BISECT_HEAD</c>. No branch moves; the machines that it made go with the next collection.
/// </summary>
/// <param name="test">Tests a version.</param>
public sealed class PartBisection(Repository repository, Func<CommitId, BisectMark> test)
{
    private const string Reason = "bisect --within";
    private const int MaxTitles = 100;

    /// <summary>Told of each machine before its test: its version, how many of all parts it has, and how many parts there are.</summary>
    public Action<CommitId, int, int>? Begins { get; init; }

    /// <summary>Told of what a test said.</summary>
    public Action<BisectMark>? Ends { get; init; }

    /// <param name="good">The version that is good.</param>
    /// <param name="bad">The version that is bad.</param>
    /// <exception cref="UsageException">Something is no version, nothing differs in files, or a bisection of versions is under
    /// way.</exception>
    public PartBisectResult Run(string good, string bad, CancellationToken cancellation = default)
    {
        if (new Bisection(repository).IsUnderWay)
            throw new UsageException("a bisection of versions is under way, and BISECT_HEAD is its; 'mig bisect reset' ends it");
        CommitId from = repository.Revisions.ResolveCommit(good), to = repository.Revisions.ResolveCommit(bad);
        using FileLock retained = repository.Store.Retain();
        var merger = new ImageMerger(new ScratchStore(repository.Store));
        MachineImage before = repository.Objects.ReadImage(repository.Objects.ReadCommit(from).Image),
            after = repository.Objects.ReadImage(repository.Objects.ReadCommit(to).Image);
        var parts = new ImageParts(merger, before, after);
        if (parts.Parts.Count == 0)
            throw new UsageException($"no files differ between '{good}' and '{bad}', so there is nothing to divide");
        var writer = new MergeWriter(repository, merger);
        CommitId? last = null;
        var broken = new List<(IReadOnlySet<int> Parts, CommitId Machine)>();
        var search = new PartSearch(parts.Parts.Count, parts.Close, chosen =>
        {
            CommitId made = Make(writer, parts, chosen, from, cancellation);
            last = Show(made, last);
            Begins?.Invoke(made, chosen.Count, parts.Parts.Count);
            BisectMark mark = test(made);
            Ends?.Invoke(mark);
            if (mark == BisectMark.Bad)
                broken.Add((chosen, made));
            return mark;
        })
        { FirstProbe = parts.SystemCount };
        try
        {
            PartFinding finding = search.Run();
            IReadOnlyList<ChangePart> all = parts.Parts;
            return new PartBisectResult([.. finding.Needed.Select(part => all[part])], [.. finding.Companions.Select(part => all[part])],
                [.. finding.Suspects.Select(part => all[part])],
                broken.Where(item => item.Parts.SetEquals(finding.Needed.Concat(finding.Companions)))
                    .Select(item => (CommitId?)item.Machine).FirstOrDefault(), search.Tests);
        }
        finally
        {
            if (last is { } shown)
                Begin().Delete(Bisection.TestedRef, shown.Value, Reason).Commit();
        }
    }

    private CommitId Make(MergeWriter writer, ImageParts parts, IReadOnlySet<int> chosen, in CommitId from, CancellationToken cancellation)
    {
        Commit source = repository.Objects.ReadCommit(from);
        CommitId parent = from;
        string message = string.Create(
            CultureInfo.InvariantCulture, $"{chosen.Count} of {parts.Parts.Count} changes\n\n")
            + string.Concat(chosen.Order().Take(MaxTitles).Select(part => $"{parts.Parts[part].Title}\n"));
        return writer.Write(
        [
            new PlannedCommit(parts.Plan(chosen), image => new Commit
            {
                Image = image, Parents = [parent], Author = source.Author, Committer = source.Committer,
                Provenance = source.Provenance, Message = Publication.Clean(message),
            }),
        ], stores: true, NoProgress.Instance, cancellation)[0];
    }

    private CommitId Show(CommitId made, CommitId? last)
    {
        Begin().Update(Bisection.TestedRef, last?.Value, made.Value, Reason).Commit();
        return made;
    }

    private RefTransaction Begin() => repository.Refs.BeginTransaction(ReflogSignature.Of(repository));
}
