using System.Diagnostics.CodeAnalysis;
using Mig.Catalog.Sqlite;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Trees;

namespace Mig.Catalog.Indexing;

/// <summary>Adds commits with all before them, and their images.</summary>
internal sealed class HistoryIndexer(SqliteDatabase database, ICatalogSource source, IProgressSink progress, CancellationToken cancellation)
{
    // What is lost at most when the process is killed, and what others wait for.
    private const int CommitsInTransaction = 500;

    private readonly TreeSurvey _survey = new(source.Store, source.Limits, cancellation);

    /// <summary>Whether something is to be added.</summary>
    public bool IsBehind(IEnumerable<CommitId> tips) => tips.Any(tip => FindRow(tip) is null) || ChangedBoundary().Count > 0;

    /// <summary>
    /// Brings in what leads to some commits. Each transaction ends with a catalogue that is complete for the commits it has. A commit that
    /// is missing or damaged, or whose image is, or goes beyond the limits, is left out with all that come after it; the others are not.
    /// </summary>
    /// <returns>Those of the commits that were left out, and why.</returns>
    public IReadOnlyList<(CommitId Tip, CorruptStoreException Reason)> Update(IReadOnlyCollection<CommitId> tips)
    {
        var failed = new Dictionary<CommitId, CorruptStoreException>();
        Begin();
        try
        {
            foreach (CommitId changed in ChangedBoundary())
                Forget(changed);
            List<(CommitId Id, Commit Commit)> missing = FindMissing(tips, failed);
            progress.Begin(missing.Count == 1 ? "indexing a version" : $"indexing {missing.Count} versions", 0);
            TreeIndexer trees = Begun();
            for (int i = 0; i < missing.Count; i++)
            {
                if (i > 0 && i % CommitsInTransaction == 0)
                {
                    database.Execute("COMMIT");
                    Begin();
                    trees = Begun();
                }

                (CommitId id, Commit commit) = missing[i];
                CorruptStoreException? reason = commit.Parents.Where(failed.ContainsKey).Select(parent => failed[parent]).FirstOrDefault();
                if (reason is not null || !TryAdd(id, commit, ref trees, out reason))
                    failed.Add(id, reason);
            }

            database.Execute("COMMIT");
        }
        catch
        {
            database.Rollback();
            throw;
        }

        return [.. tips.Where(failed.ContainsKey).Select(tip => (tip, failed[tip]))];
    }

    private void Begin() => database.Execute("BEGIN IMMEDIATE");

    // Between two transactions another process may have given numbers to rows.
    private TreeIndexer Begun() => new(database, new CountedSource(source.Store, progress), cancellation);

    private long? FindRow(in CommitId id)
    {
        SqliteStatement find = database.Prepare("SELECT id FROM commits WHERE hash = ?").Bind(1, id.Value.ToArray());
        long? row = find.Step() ? find.Integer(0) : null;
        find.Reset();
        return row;
    }

    // Commits that were the end of a shallow history and are not any more, or the other way round.
    private List<CommitId> ChangedBoundary()
    {
        var then = new HashSet<ObjectId>();
        SqliteStatement shallow = database.Prepare("SELECT hash FROM commits WHERE is_shallow = 1");
        while (shallow.Step())
            then.Add(new ObjectId(shallow.Bytes(0)));
        shallow.Reset();
        List<CommitId> changed = [.. then.Except(source.Shallow).Select(id => new CommitId(id))];
        changed.AddRange(source.Shallow.Except(then).Select(id => new CommitId(id)).Where(id => FindRow(id) is not null));
        return changed;
    }

    // The commit, and all that rely on it being complete, are read again; their images and trees stay.
    private void Forget(in CommitId id)
    {
        if (FindRow(id) is not { } first)
            return;
        var open = new Stack<long>([first]);
        while (open.TryPop(out long row))
        {
            SqliteStatement children = database.Prepare("SELECT child FROM parents WHERE parent = ?").Bind(1, row);
            while (children.Step())
                open.Push(children.Integer(0));
            children.Reset();
            database.Prepare("DELETE FROM parents WHERE child = ?").Bind(1, row).Execute();
            database.Prepare("DELETE FROM commits WHERE id = ?").Bind(1, row).Execute();
        }
    }

    // Parents before children.
    private List<(CommitId Id, Commit Commit)> FindMissing(IEnumerable<CommitId> tips, Dictionary<CommitId, CorruptStoreException> failed)
    {
        var ordered = new List<(CommitId, Commit)>();
        var seen = new HashSet<CommitId>();
        var open = new Stack<(CommitId Id, Commit? Commit)>(tips.Select(tip => (tip, (Commit?)null)));
        while (open.TryPop(out (CommitId Id, Commit? Commit) next))
        {
            if (next.Commit is not null)
            {
                ordered.Add((next.Id, next.Commit));
                continue;
            }

            if (!seen.Add(next.Id) || FindRow(next.Id) is not null)
                continue;
            cancellation.ThrowIfCancellationRequested();
            try
            {
                Commit commit = source.ReadCommit(next.Id);
                open.Push((next.Id, commit));
                foreach (CommitId parent in commit.Parents)
                    open.Push((parent, null));
            }
            catch (CorruptStoreException e)
            {
                failed.Add(next.Id, e);
            }
        }

        return ordered;
    }

    // What was begun of a version that cannot be taken in is undone, and with it the numbers that were given.
    private bool TryAdd(in CommitId id, Commit commit, ref TreeIndexer trees, [NotNullWhen(false)] out CorruptStoreException? reason)
    {
        reason = null;
        database.Execute("SAVEPOINT version");
        try
        {
            Add(id, commit, trees);
        }
        catch (CorruptStoreException e)
        {
            reason = e;
            database.Execute("ROLLBACK TO version");
            trees = Begun();
        }

        database.Execute("RELEASE version");
        return reason is null;
    }

    private void Add(in CommitId id, Commit commit, TreeIndexer trees)
    {
        if (FindRow(id) is not null)
            return; // another process was quicker, between two transactions

        // The same process may have taken parents away, when the history was cut meanwhile.
        List<long> parents = [.. commit.Parents.Select(parent => FindRow(parent)).OfType<long>()];
        if (parents.Count < commit.Parents.Count)
            throw new ConflictException("the history was cut or deepened while it was being indexed; search again");
        long image = AddImage(commit.Image, trees), row = database.Number("SELECT max(id) FROM commits") + 1;
        database.Prepare("INSERT INTO commits(id, hash, image, seconds, is_shallow) VALUES(?, ?, ?, ?, ?)")
            .Bind(1, row).Bind(2, id.Value.ToArray()).Bind(3, image).Bind(4, commit.Committer.Seconds)
                .Bind(5, source.Shallow.Contains(id.Value) ? 1 : 0).Execute();
        for (int i = 0; i < parents.Count; i++)
            database.Prepare("INSERT INTO parents(child, position, parent) VALUES(?, ?, ?)").Bind(1, row).Bind(2, i).Bind(3, parents[i])
                .Execute();
    }

    private long AddImage(in ImageId id, TreeIndexer trees)
    {
        SqliteStatement find = database.Prepare("SELECT id FROM images WHERE hash = ?").Bind(1, id.Value.ToArray());
        long row = find.Step() ? find.Integer(0) : 0;
        find.Reset();
        if (row > 0)
            return row;
        row = database.Number("SELECT max(id) FROM images") + 1;
        foreach (CatalogVolume volume in source.ReadVolumes(id))
        {
            _survey.Of(volume.Root.Tree);
            database.Prepare("INSERT OR IGNORE INTO volumes(image, name, entry) VALUES(?, ?, ?)")
                .Bind(1, row).Bind(2, System.Text.Encoding.UTF8.GetBytes(volume.Name)).Bind(3, trees.AddRoot(volume.Root)).Execute();
        }

        database.Prepare("INSERT INTO images(id, hash) VALUES(?, ?)").Bind(1, row).Bind(2, id.Value.ToArray()).Execute();
        return row;
    }
}
