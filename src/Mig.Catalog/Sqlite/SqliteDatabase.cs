using SQLitePCL;

namespace Mig.Catalog.Sqlite;

/// <summary>A connection to a database, for one thread. Statements are prepared once and kept.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    private const int DefensiveOption = 1010; // SQLITE_DBCONFIG_DEFENSIVE
    private const int ResetOption = 1009;     // SQLITE_DBCONFIG_RESET_DATABASE

    // SQLite keeps what it waits for in one transaction of another process, which takes seconds when much is new.
    private const int PatienceMilliseconds = 120_000;

    private readonly sqlite3 _handle;
    private readonly Dictionary<string, SqliteStatement> _statements = [];

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(sqlite3 handle, bool isInMemory)
    {
        _handle = handle;
        IsInMemory = isInMemory;
    }

    /// <summary>Whether nothing of it is left when it is closed.</summary>
    public bool IsInMemory { get; }

    /// <summary>Opens a file, which is made when it is missing; read-only where it cannot be written.</summary>
    /// <param name="path">Empty for a database of this process alone, which ends with it.</param>
    public static SqliteDatabase Open(string path)
    {
        int code = raw.sqlite3_open_v2(
            path, out sqlite3 handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        var database = new SqliteDatabase(handle, path.Length == 0);
        try
        {
            database.Check(code);
            _ = raw.sqlite3_extended_result_codes(handle, 1);
            database.Check(raw.sqlite3_busy_timeout(handle, PatienceMilliseconds));
            database.Check(raw.sqlite3_db_config(handle, DefensiveOption, 1, out _));
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Sets what holds for the connection; the first that reads the file.</summary>
    /// <remarks>
    /// A repository may come from a stranger, and its catalogue with it: nothing in the schema may run, and cells are checked before they
    /// are used.
    /// </remarks>
    public void Configure() =>
        Execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -65536; PRAGMA "
            + "temp_store = MEMORY");

    /// <summary>Makes the database empty, whatever is in it.</summary>
    public void Reset()
    {
        CloseStatements();
        Check(raw.sqlite3_db_config(_handle, ResetOption, 1, out _));
        try
        {
            Execute("VACUUM");
        }
        finally
        {
            _ = raw.sqlite3_db_config(_handle, ResetOption, 0, out _);
        }
    }

    /// <summary>Copies another database into this one.</summary>
    public void CopyFrom(SqliteDatabase source)
    {
        using sqlite3_backup backup = raw.sqlite3_backup_init(_handle, "main", source._handle, "main");
        int code = raw.sqlite3_backup_step(backup, -1);
        if (code != raw.SQLITE_DONE)
            Check(code);
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>Reads in one transaction: from one state, and with one lock for many statements.</summary>
    public T Read<T>(Func<T> action)
    {
        Execute("BEGIN");
        try
        {
            return action();
        }
        finally
        {
            Rollback();
        }
    }

    /// <summary>Ends a transaction that is not to count; some errors have ended it already.</summary>
    public void Rollback()
    {
        foreach (SqliteStatement statement in _statements.Values)
            statement.Reset();
        _ = raw.sqlite3_exec(_handle, "ROLLBACK");
    }

    /// <summary>Returns the statement of a text, ready to be bound.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out SqliteStatement? known))
        {
            known.Reset();
            return known;
        }

        Check(raw.sqlite3_prepare_v2(_handle, sql, out sqlite3_stmt handle));
        var statement = new SqliteStatement(this, handle);
        _statements.Add(sql, statement);
        return statement;
    }

    /// <summary>The number in the first row and column; 0 when there is none.</summary>
    public long Number(string sql)
    {
        SqliteStatement statement = Prepare(sql);
        long value = statement.Step() ? statement.Integer(0) : 0;
        statement.Reset();
        return value;
    }

    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw new SqliteException(code, _handle.IsInvalid ? raw.sqlite3_errstr(code).utf8_to_string() : raw.sqlite3_errmsg(_handle)
                .utf8_to_string());
    }

    public void Dispose()
    {
        CloseStatements();
        _handle.Dispose();
    }

    private void CloseStatements()
    {
        foreach (SqliteStatement statement in _statements.Values)
            statement.Dispose();
        _statements.Clear();
    }
}
