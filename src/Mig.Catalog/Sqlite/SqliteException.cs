using SQLitePCL;

namespace Mig.Catalog.Sqlite;

/// <summary>SQLite refused. Never leaves this project: the catalogue is a cache, so it is made anew, or made elsewhere.</summary>
internal sealed class SqliteException(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    private readonly int _primaryCode = code & 0xFF;

    /// <summary>Whether the file is damaged, or something else than a database.</summary>
    public bool IsDamage => _primaryCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_ERROR or raw.SQLITE_MISMATCH
        or raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_RANGE;

    /// <summary>Whether the place of the file is what it failed at: not writable, full, locked for too long.</summary>
    public bool IsPlace => _primaryCode is raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH
        or raw.SQLITE_IOERR or raw.SQLITE_FULL
        or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL or raw.SQLITE_NOLFS;

    /// <summary>What a row says cannot be.</summary>
    public static SqliteException Corrupt(string detail) => new(raw.SQLITE_CORRUPT, detail);
}
