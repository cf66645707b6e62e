using Mig.Catalog.Indexing;
using Mig.Catalog.Searching;
using Mig.Catalog.Sqlite;
using Mig.Core;

namespace Mig.Catalog;

/// <summary>
/// Who has which content, which path: an SQLite file beside a repository, and a cache of it. It is brought up to date before each question,
/// from what is new; what is damaged or foreign is made anew; where it cannot be written, one in memory does. For one thread; other
/// processes may use the same file.
/// </summary>
public sealed class ImageCatalog : IDisposable
{
    private readonly string _path;
    private readonly ICatalogSource _source;
    private readonly Action<string> _notice;
    private readonly IProgressSink _progress;
    private readonly CancellationToken _cancellation;
    private SqliteDatabase _database;

    private ImageCatalog(string path, ICatalogSource source, Action<string> notice, IProgressSink progress, SqliteDatabase database,
        CancellationToken cancellation)
    {
        _path = path;
        _source = source;
        _notice = notice;
        _progress = progress;
        _database = database;
        _cancellation = cancellation;
    }

    /// <summary>Opens a catalogue, which is made when it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notice">Takes what the user should know, a line each.</param>
    public static ImageCatalog Open(
        string path, ICatalogSource source, Action<string> notice, IProgressSink progress, CancellationToken cancellation = default)
    {
        // What stands there instead of a file is not the catalogue, and nobody's data is to be written through a link.
        if (IsLink(path))
            Discard(new FileInfo(path));
        return new ImageCatalog(path, source, notice, progress, OpenFile(path), cancellation);
    }

    /// <summary>Brings in all that leads to some commits.</summary>
    /// <returns>Those that could not be taken in, and why.</returns>
    public IReadOnlyList<(CommitId Tip, CorruptStoreException Reason)> Update(IReadOnlyCollection<CommitId> tips) =>
        Run(tips, () => true).LeftOut;

    /// <summary>Makes the catalogue anew.</summary>
    /// <returns>The commits that could not be taken in, and why.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public IReadOnlyList<(CommitId Tip, CorruptStoreException Reason)> Rebuild(IReadOnlyCollection<CommitId> tips)
    {
        Reset();
        IReadOnlyList<(CommitId, CorruptStoreException)> leftOut = Update(tips);
        return _database.IsInMemory ? throw new IOException($"{_path} cannot be written") : leftOut;
    }

    /// <summary>Finds entries, packages, or entries where packages are.</summary>
    /// <param name="tips">The versions to search.</param>
    /// <param name="withHistory">Whether those before them are searched, too.</param>
    /// <param name="conditions">What entries must be; when every entry meets them and packages are asked for, no entries are meant.</param>
    /// <param name="packages">Which packages are wanted, one of several; none when it is not about packages.</param>
    /// <exception cref="UsageException">The answer would be too long for any memory.</exception>
    public CatalogAnswer Find(IReadOnlyCollection<CommitId> tips, bool withHistory, EntryConditions conditions,
        IReadOnlyList<PackageCondition> packages)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        ArgumentNullException.ThrowIfNull(packages);
        List<(CommitId, CorruptStoreException)> withoutPackages = [];
        (CatalogAnswer answer, IReadOnlyList<(CommitId, CorruptStoreException)> leftOut) =
            Run(tips, () => Search(CatalogScope.Read(_database, tips, withHistory), conditions, packages), () =>
        {
            if (packages.Count == 0)
                return;
            CatalogScope scope = _database.Read(() => CatalogScope.Read(_database, tips, withHistory));
            withoutPackages = scope.CommitsOf(new PackageIndexer(_database, _source, _progress, _cancellation).Update(scope.Images));
        });
        return answer with { LeftOut = [.. leftOut, .. withoutPackages] };
    }

    public void Dispose() => _database.Dispose();

    private CatalogAnswer Search(CatalogScope scope, EntryConditions conditions, IReadOnlyList<PackageCondition> packages)
    {
        List<FoundPackage> foundPackages = packages.Count == 0 ? [] : new PackageSearch(_database, scope, packages).Run();
        if (packages.Count > 0 && conditions.AreEmpty)
            return new CatalogAnswer(scope.Commits, [], foundPackages);
        List<FoundEntry> found = new EntrySearch(_database, scope, conditions, _cancellation).Run();
        if (packages.Count > 0)
        {
            var union = new VersionUnion();
            foundPackages.ForEach(package => union.Add(package.Versions));
            VersionSet versions = union.ToSet();
            found = [.. found.Select(entry => entry with { Versions = entry.Versions.Intersect(versions) })
                .Where(entry => !entry.Versions.IsEmpty)];
        }

        return new CatalogAnswer(scope.Commits, found, foundPackages);
    }

    // A catalogue that fails is made anew; a place that fails is left for one in memory. Each is tried once.
    private (T Answer, IReadOnlyList<(CommitId Tip, CorruptStoreException Reason)> LeftOut) Run<T>(
        IReadOnlyCollection<CommitId> tips, Func<T> action, Action? complete = null)
    {
        bool wasReset = false, isElsewhere = false;
        while (true)
        {
            try
            {
                Prepare();
                var indexer = new HistoryIndexer(_database, _source, _progress, _cancellation);
                IReadOnlyList<(CommitId, CorruptStoreException)> leftOut = _database.Read(() => indexer.IsBehind(tips))
                    ? indexer.Update(tips) : [];
                complete?.Invoke();
                return (_database.Read(action), leftOut);
            }
            catch (SqliteException e) when (e.IsPlace && !isElsewhere)
            {
                isElsewhere = true;
                UseMemory();
            }
            catch (SqliteException e) when (e.IsDamage && !wasReset)
            {
                wasReset = true;
                _notice("the catalogue of mig search was damaged, or is another mig's; it is made anew");
                Reset();
            }
            catch (SqliteException e)
            {
                throw new IOException($"the catalogue cannot be used, and neither can one in memory: {e.Message}", e);
            }
        }
    }

    private void Prepare()
    {
        _database.Configure();
        if (CatalogSchema.IsEmpty(_database))
            MakeTables();
        else if (!CatalogSchema.IsValid(_database))
            throw SqliteException.Corrupt("these are not the tables of a catalogue");
    }

    private void MakeTables()
    {
        _database.Execute("BEGIN IMMEDIATE");
        try
        {
            if (CatalogSchema.IsEmpty(_database))
                CatalogSchema.Create(_database);
            _database.Execute("COMMIT");
        }
        catch
        {
            _database.Rollback();
            throw;
        }
    }

    private void Reset()
    {
        try
        {
            _database.Reset();
        }
        catch (SqliteException)
        {
            // Nothing in it can be read. Those who have it open keep their own.
            _database.Dispose();
            Discard(new FileInfo(_path));
            Discard(new FileInfo(_path + "-journal"));
            _database = File.Exists(_path) ? SqliteDatabase.Open("") : OpenFile(_path);
        }
    }

    private void UseMemory()
    {
        SqliteDatabase memory = SqliteDatabase.Open("");
        try
        {
            memory.CopyFrom(_database);
        }
        catch (SqliteException)
        {
            memory.Dispose();
            memory = SqliteDatabase.Open("");
        }

        _database.Dispose();
        _database = memory;
    }

    private static SqliteDatabase OpenFile(string path)
    {
        try
        {
            return SqliteDatabase.Open(IsLink(path) ? "" : path);
        }
        catch (SqliteException)
        {
            return SqliteDatabase.Open("");
        }
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private static void Discard(FileInfo file)
    {
        try
        {
            file.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays, and is not used.
        }
    }
}
