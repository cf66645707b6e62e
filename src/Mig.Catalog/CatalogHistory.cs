using Mig.Catalog.Searching;
using Mig.Catalog.Sqlite;
using Mig.Core;

namespace Mig.Catalog;

/// <summary>Versions that can be searched: commits, newest first.</summary>
public sealed class CatalogHistory
{
    private CatalogHistory(IReadOnlyCollection<CommitId> tips, IReadOnlyList<CatalogCommit> commits)
    {
        Tips = tips;
        Commits = commits;
    }

    /// <summary>The commits that were asked for.</summary>
    public IReadOnlyCollection<CommitId> Tips { get; }

    /// <summary>All of them, newest first; what is said of a version gives its place here.</summary>
    public IReadOnlyList<CatalogCommit> Commits { get; }

    internal static CatalogHistory Read(SqliteDatabase database, IReadOnlyCollection<CommitId> tips, bool withHistory)
    {
        var commits = new Dictionary<long, CatalogCommit>();
        SqliteStatement all = database.Prepare("SELECT id, hash, seconds, image FROM commits");
        HashSet<CommitId> wanted = [.. tips];
        while (all.Step())
        {
            var id = new CommitId(new ObjectId(all.Bytes(1)));
            if (withHistory || wanted.Contains(id))
                commits.Add(all.Integer(0), new CatalogCommit(id, all.Integer(2), []));
        }

        all.Reset();
        if (!withHistory)
            return new CatalogHistory(tips, Sort(commits.Values));
        var parents = new Dictionary<long, List<long>>();
        SqliteStatement edges = database.Prepare("SELECT child, parent FROM parents ORDER BY child, position");
        while (edges.Step())
        {
            if (!parents.TryGetValue(edges.Integer(0), out List<long>? list))
                parents.Add(edges.Integer(0), list = []);
            list.Add(edges.Integer(1));
        }

        edges.Reset();
        var open = new Stack<long>(commits.Where(commit => wanted.Contains(commit.Value.Id)).Select(commit => commit.Key));
        var reached = new Dictionary<long, CatalogCommit>();
        while (open.TryPop(out long row))
        {
            if (reached.ContainsKey(row))
                continue;
            List<long> before = parents.GetValueOrDefault(row) ?? [];
            reached.Add(row, commits[row] with { Parents = [.. before.Select(parent => commits[parent].Id)] });
            foreach (long parent in before)
                open.Push(parent);
        }

        return new CatalogHistory(tips, Sort(reached.Values));
    }

    internal CatalogScope Scope(SqliteDatabase database)
    {
        var places = new Dictionary<CommitId, int>(Commits.Count);
        for (int i = 0; i < Commits.Count; i++)
            places.Add(Commits[i].Id, i);
        long[] images = new long[Commits.Count];
        SqliteStatement all = database.Prepare("SELECT hash, image FROM commits");
        while (all.Step())
        {
            if (places.TryGetValue(new CommitId(new ObjectId(all.Bytes(0))), out int place))
                images[place] = all.Integer(1);
        }

        all.Reset();
        return new CatalogScope(images);
    }

    private static List<CatalogCommit> Sort(IEnumerable<CatalogCommit> commits) => [.. commits.OrderByDescending(commit => commit.Seconds).ThenBy(commit => commit.Id.Value)];
}
