using Mig.Git.Objects;

namespace Mig.Git.Importing;

/// <summary>The notes of a namespace of Git, and who wrote each last.</summary>
internal sealed class ReviewNotes(GitFolder folder)
{
    private const int MaxCommits = 10_000;
    private const int MaxNoteSize = 1 << 20;

    /// <param name="notes">A ref below <c>refs/notes/</c>.</param>
    public IReadOnlyList<ReviewNote> Read(GitRef notes)
    {
        var found = new List<ReviewNote>();
        if (folder.ReadCommit(notes.Id) is not { } commit)
            return found;
        Dictionary<GitId, GitId> now = List(commit.Tree), open = new(now);
        for (int i = 0; open.Count > 0; i++)
        {
            GitCommit? before = i < MaxCommits && commit.Parents.Count > 0 ? folder.ReadCommit(commit.Parents[0]) : null;
            Dictionary<GitId, GitId> old = before is null ? [] : before.Tree == commit.Tree ? now : List(before.Tree);
            foreach ((GitId target, GitId blob) in open.ToList())
            {
                if (old.TryGetValue(target, out GitId same) && same == blob)
                    continue;
                open.Remove(target);
                if (folder.ReadBlob(blob, MaxNoteSize) is { } text)
                    found.Add(new ReviewNote(target, commit.Author, System.Text.Encoding.UTF8.GetString(text)));
            }

            if (before is null)
                break;
            (commit, now) = (before, old);
        }

        return found;
    }

    // Notes are files called as what they are about; where there are many, the first digits are directories.
    private Dictionary<GitId, GitId> List(GitId tree)
    {
        var found = new Dictionary<GitId, GitId>();
        Collect(tree, "", found);
        return found;
    }

    private void Collect(GitId tree, string prefix, Dictionary<GitId, GitId> found)
    {
        foreach (GitTreeEntry entry in folder.ReadTree(tree)?.Entries ?? [])
        {
            string name = prefix + entry.Name;
            if (entry.Mode == GitMode.Tree && name.Length < 2 * GitId.Size)
                Collect(entry.Id, name, found);
            else if (entry.Mode == GitMode.File && GitId.TryParse(name, out GitId target))
                found[target] = entry.Id;
        }
    }
}
