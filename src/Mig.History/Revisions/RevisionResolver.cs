using System.Globalization;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Configuration;
using Mig.History.Refs;

namespace Mig.History.Revisions;

/// <summary>Finds what a revision names (gitrevisions(7)).</summary>
/// <param name="source">The objects.</param>
/// <param name="refs">The names.</param>
/// <param name="config">Says what follows what.</param>
/// <param name="clock">The time that <c>yesterday</c> counts from.</param>
public sealed class RevisionResolver(IRevisionSource source, RefStore refs, Config config, TimeProvider clock)
{
    private const int LeastDigits = 4;
    private const int MostCandidates = 10;

    private readonly RefResolver _refs = new(refs, config);
    private readonly HashSet<string> _warned = [];

    /// <summary>Takes what the user must know of an answer that is the best there is, and not what was asked for.</summary>
    public Action<string> Warning { get; init; } = _ => { };

    /// <summary>Finds what a revision names, of whatever kind.</summary>
    /// <exception cref="NotFoundException">There is no such thing; near names are offered.</exception>
    /// <exception cref="UsageException">The text is not a revision, or fits several objects.</exception>
    public ResolvedRevision Resolve(string revision) => Resolve(revision, wantsCommit: false);

    /// <summary>Finds the commit that a revision names, tags followed.</summary>
    /// <inheritdoc cref="Resolve(string)"/>
    public CommitId ResolveCommit(string revision)
    {
        ResolvedRevision found = Resolve(revision, wantsCommit: true);
        return new CommitId(Peel(found.Id, ObjectKind.Commit, revision));
    }

    /// <summary>Finds the image that a revision names: a commit's, or one named by its own id.</summary>
    /// <inheritdoc cref="Resolve(string)"/>
    public ImageId ResolveImage(string revision)
    {
        ResolvedRevision found = Resolve(revision, wantsCommit: true);
        return new ImageId(Peel(found.Id, ObjectKind.Image, revision));
    }

    /// <summary>
    /// Finds the ref that a revision names without further steps: <c>main</c>, <c>@{-1}</c>, <c>@{u}</c>; null when it is none.
    /// </summary>
    public RefName? ResolveRef(string revision)
    {
        (RevisionBase start, IReadOnlyList<RevisionStep> steps) = RevisionParser.Parse(revision);
        return steps.Count > 0 || start.Log is not null ? null : _refs.Find(start);
    }

    /// <summary>Finds a set of commits: <c>A</c>, <c>^A</c>, <c>A..B</c>, <c>A...B</c>, several of them together.</summary>
    /// <param name="revisions">An empty side of a range means HEAD.</param>
    public RevisionSet ResolveSet(IEnumerable<string> revisions)
    {
        ArgumentNullException.ThrowIfNull(revisions);
        var include = new List<CommitId>();
        var exclude = new List<CommitId>();
        foreach (string text in revisions)
        {
            int dots = RevisionParser.IndexOutsideBraces(text, "..");
            if (dots < 0)
            {
                if (text.StartsWith('^'))
                    exclude.Add(ResolveCommit(text[1..]));
                else
                    include.Add(ResolveCommit(text));
                continue;
            }

            bool symmetric = text.AsSpan(dots).StartsWith("...");
            string right = text[(dots + (symmetric ? 3 : 2))..];
            if (text.Trim('.').Length == 0)
                throw new UsageException($"'{text}' is a range without ends; write at least one of them");
            CommitId from = ResolveCommit(dots == 0 ? "HEAD" : text[..dots]);
            CommitId to = ResolveCommit(right.Length == 0 ? "HEAD" : right);
            if (symmetric)
            {
                include.Add(from);
                exclude.AddRange(new CommitWalk(source).MergeBases(from, to));
            }
            else
            {
                exclude.Add(from);
            }

            include.Add(to);
        }

        return new RevisionSet(include, exclude);
    }

    /// <summary>Splits <c>A..B</c> into two revisions, HEAD where one is left out; null when it is no range.</summary>
    /// <exception cref="UsageException">It has three dots.</exception>
    public static (string Before, string After)? SplitRange(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int dots = RevisionParser.IndexOutsideBraces(text, "..");
        if (dots < 0)
            return null;
        if (text.AsSpan(dots).StartsWith("..."))
            throw new UsageException($"'{text}': three dots mean the commits since two lines parted, and not two versions; write A..B");
        return (dots == 0 ? "HEAD" : text[..dots], dots + 2 == text.Length ? "HEAD" : text[(dots + 2)..]);
    }

    private ResolvedRevision Resolve(string revision, bool wantsCommit)
    {
        (RevisionBase start, IReadOnlyList<RevisionStep> steps) = RevisionParser.Parse(revision);
        (ObjectId id, RefName? name) =
            FindStart(revision, start, wantsCommit || steps.Any(s => s is not RevisionStep.Peel { Kind: ObjectKind.Image }));
        foreach (RevisionStep step in steps)
            id = Take(step, id, revision);
        return new ResolvedRevision(id, KindOf(id, revision), steps.Count > 0 || start.Log is not null ? null : name);
    }

    private (ObjectId Id, RefName? Ref) FindStart(string revision, RevisionBase start, bool wantsCommit)
    {
        bool plain = start is { Previous: 0, Upstream: false, Log: null };
        if (plain && ObjectId.TryParse(start.Name, out ObjectId full))
            return (full, null);
        if (start.Log is { } log)
            return (FindInLog(revision, _refs.FindLogged(start), log), null);
        if (_refs.Find(start) is { } name)
        {
            return refs.Resolve(name) is { } id
                ? (id, name)
                : throw new NotFoundException($"'{name.ShortName}' has no commit yet");
        }

        if (start.Previous > 0)
            return (FindByPrefix(_refs.PreviousCheckout(start.Previous), wantsCommit) ?? throw NotFound(revision, start.Name), null);
        return (FindByPrefix(start.Name, wantsCommit) ?? throw NotFound(revision, start.Name), null);
    }

    private ObjectId FindInLog(string revision, RefName name, string place)
    {
        IReadOnlyList<ReflogEntry> log = refs.ReadLog(name);
        if (int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out int moves) && place.Length <= 9)
        {
            if (moves == 0 && refs.Resolve(name) is { } now)
                return now;
            ObjectId id = moves < log.Count ? log[moves].After : moves == log.Count && log.Count > 0 ? log[^1].Before : default;
            return !id.IsNull ? id : throw new NotFoundException(
                $"'{revision}': the log of '{name.ShortName}' has only {log.Count} entries; 'mig reflog {name.ShortName}' shows them");
        }

        if (!DateText.TryParse(place, clock, out DateTimeOffset date))
            throw new UsageException(
                $"'{revision}': '{place}' is neither a number nor a date; write @{{2}}, @{{yesterday}}, @{{3.days.ago}} or @{{2026-01-31 "
                + $"12:00:00}}");
        long seconds = date.ToUnixTimeSeconds();
        foreach (ReflogEntry entry in log)
        {
            if (entry.Who.Seconds <= seconds)
                return !entry.After.IsNull ? entry.After
                    : throw new NotFoundException($"'{revision}': '{name.ShortName}' did not exist then");
        }

        // As Git, the oldest value that is known; and as Git, this is said: a log begins where a repository was cloned or restored.
        ObjectId oldest = log.Count == 0 ? default : log[^1].Before.IsNull ? log[^1].After : log[^1].Before;
        if (oldest.IsNull)
            throw new NotFoundException(
                $"'{revision}': '{name.ShortName}' has no log; '{name.ShortName}^{{before:{place}}}' goes by the dates of commits");
        if (_warned.Add(revision))
            Warning($"the log of '{name.ShortName}' only goes back to {log[^1].Who.Time:yyyy-MM-dd HH:mm:ss zzz}, so '{revision}' is what "
                + $"was there then; '{name.ShortName}^{{before:{place}}}' goes by the dates of commits");
        return oldest;
    }

    private ObjectId? FindByPrefix(string text, bool wantsCommit)
    {
        if (text.Length is < LeastDigits or > 2 * ObjectId.Size || text.Any(c => !char.IsAsciiHexDigit(c)))
            return null;
        IReadOnlyList<ObjectId> found = source.FindByPrefix(text.ToLowerInvariant(), MostCandidates + 1);
        if (found.Count <= 1)
            return found.Count == 1 ? found[0] : null;
        List<ObjectId> commits = [.. found.Where(id => source.GetKind(id) is ObjectKind.Commit or ObjectKind.Tag)];
        if (wantsCommit && commits.Count == 1 && found.Count <= MostCandidates)
            return commits[0];
        IEnumerable<string> lines = found.Take(MostCandidates)
            .Select(id => $"\n  {id.ToShortString(Math.Min(64, text.Length + 8))} {Describe(id)}");
        string more = found.Count > MostCandidates ? "\n  … and more" : "";
        throw new UsageException($"'{text}' is the beginning of several ids; write more digits:{string.Concat(lines)}{more}");
    }

    private string Describe(ObjectId id) => source.GetKind(id) switch
    {
        ObjectKind.Commit => source.ReadCommit(new CommitId(id)) is var commit
            ? $"commit {commit.Committer.Time:yyyy-MM-dd} {commit.Subject}" : "",
        ObjectKind.Tag => $"tag {source.ReadTag(new TagId(id)).Name}",
        { } kind => ObjectKindName.Of(kind),
        null => "",
    };

    private ObjectId Take(RevisionStep step, ObjectId id, string revision)
    {
        switch (step)
        {
            case RevisionStep.Peel { Kind: { } kind }:
                return Peel(id, kind, revision);
            case RevisionStep.Peel:
                while (KindOf(id, revision) == ObjectKind.Tag)
                    id = source.ReadTag(new TagId(id)).Target;
                return id;
            case RevisionStep.Before { Date: var text }:
                return FindBefore(id, text, revision);
            case RevisionStep.Parent { Number: var number }:
                ObjectId child = Peel(id, ObjectKind.Commit, revision);
                IReadOnlyList<CommitId> parents = source.ReadCommit(new CommitId(child)).Parents;
                return number == 0 ? child : number <= parents.Count ? parents[number - 1].Value
                    : throw NoParent(revision, child, number, parents.Count);
            case RevisionStep.Ancestor { Count: var count }:
                ObjectId current = Peel(id, ObjectKind.Commit, revision);
                for (int i = 0; i < count; i++)
                {
                    IReadOnlyList<CommitId> next = source.ReadCommit(new CommitId(current)).Parents;
                    current = next.Count > 0 ? next[0].Value : throw NoParent(revision, current, 1, 0);
                }

                return current;
            default:
                throw new InvalidOperationException();
        }
    }

    // What a branch was on a day is on its own line of history: first parents.
    private ObjectId FindBefore(ObjectId id, string text, string revision)
    {
        if (!DateText.TryParse(text, clock, out DateTimeOffset date))
            throw new UsageException(
                $"'{revision}': '{text}' is not a date; write ^{{before:yesterday}}, ^{{before:3.days.ago}} or ^{{before:2026-01-31 "
                + $"12:00:00}}");
        ObjectId current = Peel(id, ObjectKind.Commit, revision);
        while (true)
        {
            Commit commit = source.ReadCommit(new CommitId(current));
            if (commit.Committer.Seconds <= date.ToUnixTimeSeconds())
                return current;
            if (commit.Parents.Count == 0 || source.GetKind(commit.Parents[0].Value) is null)
                throw new NotFoundException(
                    $"'{revision}': the oldest commit here, {current.ToShortString()}, is of "
                    + $"{commit.Committer.Time:yyyy-MM-dd HH:mm:ss zzz}, after that");
            current = commit.Parents[0].Value;
        }
    }

    private ObjectId Peel(ObjectId id, ObjectKind wanted, string revision)
    {
        while (true)
        {
            ObjectKind kind = KindOf(id, revision);
            if (kind == wanted)
                return id;
            if (kind == ObjectKind.Tag)
                id = source.ReadTag(new TagId(id)).Target;
            else if (kind == ObjectKind.Commit && wanted == ObjectKind.Image)
                return source.ReadCommit(new CommitId(id)).Image.Value; // one that is missing is damage, which its reader tells
            else
                throw new UsageException($"'{revision}' names {WithArticle(kind)}, but {WithArticle(wanted)} is needed");
        }
    }

    private static string WithArticle(ObjectKind kind) => (kind == ObjectKind.Image ? "an " : "a ") + ObjectKindName.Of(kind);

    private ObjectKind KindOf(ObjectId id, string revision) =>
        source.GetKind(id) ?? throw new NotFoundException($"'{revision}': object {id} is not in this repository");

    private static NotFoundException NoParent(string revision, ObjectId id, int number, int count) =>
        new($"'{revision}' leads beyond the history: commit {id.ToShortString()} has "
            + $"{(count == 0 ? "no parent" : $"{count} parents")}{(number > 1 && count > 0 ? $", not {number}" : "")}");

    private NotFoundException NotFound(string revision, string name)
    {
        IEnumerable<string> names = refs.List("refs/", damaged: []).Select(r => r.Name.ShortName).Append("HEAD");
        string what = revision == name ? $"there is no branch, tag or id '{name}'."
            : $"'{revision}': there is no branch, tag or id '{name}'.";
        return new NotFoundException(what + NearNames.Suggest(name, names));
    }
}
