using System.Text;
using Mig.Catalog.Sqlite;
using Mig.Core;

namespace Mig.Catalog.Searching;

/// <summary>The versions that are searched.</summary>
internal sealed class CatalogScope
{
    private const long MaxRows = 100_000_000;

    private readonly List<CommitRow> _commits;

    private CatalogScope(List<CommitRow> commits) => _commits = commits;

    /// <summary>They themselves, newest first.</summary>
    public IReadOnlyList<CatalogCommit> Commits =>
        _commits.ConvertAll(commit => new CatalogCommit(commit.Id, commit.Seconds, commit.Parents.ConvertAll(parent => parent.Place)));

    /// <summary>Finds some commits, or these with all before them.</summary>
    public static CatalogScope Read(SqliteDatabase database, IReadOnlyCollection<CommitId> tips, bool withHistory)
    {
        var open = new Stack<CommitRow>();
        var found = new List<CommitRow>();
        HashSet<ObjectId> wanted = [.. tips.Select(tip => tip.Value)];

        // Rows are counted from 1, without gaps but for those that a shallow history lost.
        CommitRow?[] rows = new CommitRow?[RowCount(database, "commits")];
        SqliteStatement commits = database.Prepare("SELECT id, hash, seconds, image FROM commits");
        while (commits.Step())
        {
            var id = new ObjectId(commits.Bytes(1));
            bool isTip = wanted.Contains(id);
            if (!isTip && !withHistory)
                continue;
            var row = new CommitRow(commits.Integer(0), new CommitId(id), commits.Integer(2), commits.Integer(3));
            rows[Check(rows, commits.Integer(0))] = row;
            if (isTip)
                open.Push(row);
        }

        commits.Reset();
        if (withHistory)
        {
            SqliteStatement parents = database.Prepare("SELECT child, parent FROM parents ORDER BY child, position");
            while (parents.Step())
                Row(rows, parents.Integer(0)).Parents.Add(Row(rows, parents.Integer(1)));
            parents.Reset();
        }

        while (open.TryPop(out CommitRow? row))
        {
            if (row.IsIn)
                continue;
            row.IsIn = true;
            found.Add(row);
            foreach (CommitRow parent in row.Parents)
                open.Push(parent);
        }

        // Commits of the same second: what came later has come from what came before.
        found.Sort((left, right) => left.Seconds != right.Seconds ? right.Seconds.CompareTo(left.Seconds) : right.Row.CompareTo(left.Row));
        for (int i = 0; i < found.Count; i++)
            found[i].Place = i;
        return new CatalogScope(found);
    }

    /// <summary>The rows of their images, each once.</summary>
    public IReadOnlyCollection<long> Images => _commits.Select(commit => commit.Image).ToHashSet();

    /// <summary>The commits of some images, given by their rows, with what belongs to each.</summary>
    public List<(CommitId Commit, T Value)> CommitsOf<T>(IReadOnlyDictionary<long, T> images) =>
        [.. _commits.Where(commit => images.ContainsKey(commit.Image)).Select(commit => (commit.Id, images[commit.Image]))];

    /// <summary>For the row of each image, the versions that have it; null for none.</summary>
    public VersionUnion?[] VersionsOfImages(SqliteDatabase database)
    {
        var versions = new VersionUnion?[RowCount(database, "images")];
        foreach (CommitRow commit in _commits)
            (versions[Check(versions, commit.Image)] ??= new VersionUnion()).Add(commit.Place);
        return versions;
    }

    /// <summary>What stands at a number that was read from the file.</summary>
    public static T At<T>(T[] rows, long number) => rows[Check(rows, number)];

    /// <summary>Reads what the roots of their volumes are.</summary>
    public ScopeRoots ReadRoots(SqliteDatabase database)
    {
        VersionUnion?[] versions = VersionsOfImages(database);
        var roots = new ScopeRoots();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        SqliteStatement volumes = database.Prepare(
            "SELECT volumes.image, volumes.name, volumes.entry, entries.child FROM volumes CROSS JOIN entries ON entries.id = "
                + "volumes.entry");
        while (volumes.Step())
        {
            if (At(versions, volumes.Integer(0)) is not { } union)
                continue;
            string name = Encoding.UTF8.GetString(volumes.Bytes(1));
            if (!names.TryAdd(name, name))
                name = names[name];
            roots.Add(volumes.Integer(2), volumes.Integer(3), new Place(name, [], union.ToSet()));
        }

        volumes.Reset();
        return roots;
    }

    // Numbers in the file are not to be believed: it may be damaged, or a stranger's.
    private static long RowCount(SqliteDatabase database, string table)
    {
        long last = database.Number($"SELECT max(id) FROM {table}");
        return last is >= 0 and <= MaxRows ? last + 1 : throw SqliteException.Corrupt($"{table} has a row {last}");
    }

    private static CommitRow Row(CommitRow?[] rows, long number) =>
        rows[Check(rows, number)] ?? throw SqliteException.Corrupt($"commit {number} is missing");

    private static long Check<T>(T[] rows, long number) =>
        number >= 0 && number < rows.Length ? number : throw SqliteException.Corrupt($"there is no row {number}");
}
