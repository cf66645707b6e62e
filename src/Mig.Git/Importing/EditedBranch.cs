using Mig.Core;
using Mig.Git.Exporting;
using Mig.Git.Objects;

namespace Mig.Git.Importing;

/// <summary>What a branch of Git has on top of what was published.</summary>
/// <param name="Tip">The newest commit.</param>
/// <param name="Edits">The commits that are no versions, newest first.</param>
/// <param name="Base">The version that they are on, and the commit that it is.</param>
internal sealed record EditedBranch(GitCommit Tip, IReadOnlyList<GitCommit> Edits, (CommitId Version, GitCommit Commit) Base)
{
    private const int MaxEdits = 10_000;

    /// <summary>Looks at a branch.</summary>
    /// <returns>Null when its tip is a version.</returns>
    /// <exception cref="ConflictException">It is on no version, or on several that do not follow each other.</exception>
    public static EditedBranch? Read(Repository repository, GitFolder folder, PublishedCommits published, string branch, GitId tip)
    {
        var edits = new List<GitCommit>();
        var bases = new List<(CommitId Version, GitCommit Commit)>();
        var seen = new HashSet<GitId>();
        var open = new Queue<GitId>([tip]);
        while (open.TryDequeue(out GitId id))
        {
            if (!seen.Add(id) || folder.ReadCommit(id) is not { } commit)
                continue;
            if (published.Find(commit) is { } version)
            {
                bases.Add((version, commit));
                continue;
            }

            edits.Add(commit);
            if (edits.Count > MaxEdits)
                throw new ConflictException($"branch {branch} has more than {MaxEdits} commits that were not published from here");
            foreach (GitId parent in commit.Parents)
                open.Enqueue(parent);
        }

        if (edits.Count == 0)
            return null;
        bases.RemoveAll(item => bases.Exists(other => other.Version != item.Version
            && repository.Walk.IsAncestor(item.Version, other.Version)));
        return bases.Count switch
        {
            1 => new EditedBranch(edits[0], edits, bases[0]),
            0 => throw new ConflictException($"branch {branch} is not made on a version that was published from here; were other options "
                + "given (--with-contents, --no-mask)? Give them again"),
            _ => throw new ConflictException($"branch {branch} joins versions that do not follow each other; merge them in mig, publish, "
                + "and edit on top of that"),
        };
    }

    /// <summary>What a version that is made of it says: the message of the one commit, or of all of them.</summary>
    public string Message
    {
        get
        {
            List<GitCommit> told = [.. Edits.Where(edit => edit.Parents.Count < 2)];
            if (told.Count < 2)
                return Clean((told.Count == 1 ? told[0] : Tip).Message) is { Length: > 0 } message ? message : "An edit in Git";
            IEnumerable<string> lines = told.AsEnumerable().Reverse().Select(edit => $"- {Clean(edit.Subject)} ({edit.Author.Name})");
            return $"{told.Count} edits in Git\n\n{string.Join('\n', lines)}\n";
        }
    }

    /// <summary>Who made it: the author of the newest commit that is more than a merge.</summary>
    public GitPerson Author => (Edits.FirstOrDefault(edit => edit.Parents.Count < 2) ?? Tip).Author;

    // A trailer of an export that somebody copied or amended would say what is not so.
    private static string Clean(string message) =>
        string.Join('\n', message.Split('\n').Where(line =>
            !line.StartsWith(VersionText.Trailer + ":", StringComparison.OrdinalIgnoreCase))).Replace("\0", "", StringComparison.Ordinal)
            .Trim();
}
