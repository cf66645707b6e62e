using System.Buffers.Binary;
using System.Security.Cryptography;
using Mig.Catalog.Sqlite;
using Mig.Core;
using Mig.History.Trees;

namespace Mig.Catalog.Indexing;

/// <summary>Gives each unique entry one row.</summary>
internal sealed class EntryIndexer(SqliteDatabase database)
{
    // A plus keeps a column from the planner, which else prepares anew whenever a value might make a partial index fit.
    private const string Find = """
        SELECT id FROM entries WHERE digest = ?1 AND +name = ?2 AND +type = ?3 AND +mode = ?4 AND +uid = ?5 AND +gid = ?6
        AND +seconds = ?7 AND +nanoseconds = ?8 AND +size = ?9 AND +child IS ?10 AND +target IS ?11 AND +sha256 IS ?12
        """;

    private const string Insert = """
        INSERT INTO entries(digest, name, type, mode, uid, gid, seconds, nanoseconds, size, child, target, sha256, id)
        VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        """;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _last = database.Number("SELECT max(id) FROM entries");

    /// <summary>Returns the row of an entry, which is made when it is new.</summary>
    /// <param name="child">The row of its tree, for a directory.</param>
    public long GetRow(TreeEntry entry, long? child)
    {
        long digest = Digest(entry, child);
        SqliteStatement find = Bind(database.Prepare(Find), digest, entry, child);
        if (find.Step())
        {
            long known = find.Integer(0);
            find.Reset();
            return known;
        }

        find.Reset();
        Bind(database.Prepare(Insert), digest, entry, child).Bind(13, ++_last).Execute();
        return _last;
    }

    private static SqliteStatement Bind(SqliteStatement statement, long digest, TreeEntry entry, long? child)
    {
        statement.Bind(1, digest).Bind(2, entry.Name.Span).Bind(3, (long)entry.Type).Bind(4, entry.Mode).Bind(5, entry.Uid)
            .Bind(6, entry.Gid)
            .Bind(7, entry.ModifiedTime.Seconds).Bind(8, entry.ModifiedTime.Nanoseconds).Bind(9, entry.Size);
        _ = child is { } tree ? statement.Bind(10, tree) : statement.BindNull(10);
        _ = entry.LinkTarget.IsEmpty ? statement.BindNull(11) : statement.Bind(11, entry.LinkTarget.Span);
        Span<byte> sha256 = stackalloc byte[ObjectId.Size];
        if (entry.Sha256 is not { } content)
            return statement.BindNull(12);
        content.CopyTo(sha256);
        return statement.Bind(12, sha256);
    }

    // Only finds candidates: who makes two entries with the same 64 bits gets two rows.
    private long Digest(TreeEntry entry, long? child)
    {
        Span<byte> fields = stackalloc byte[68];
        BinaryPrimitives.WriteInt32LittleEndian(fields, (int)entry.Type);
        BinaryPrimitives.WriteInt32LittleEndian(fields[4..], entry.Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[8..], entry.Uid);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[12..], entry.Gid);
        BinaryPrimitives.WriteInt64LittleEndian(fields[16..], entry.ModifiedTime.Seconds);
        BinaryPrimitives.WriteInt32LittleEndian(fields[24..], entry.ModifiedTime.Nanoseconds);
        BinaryPrimitives.WriteInt64LittleEndian(fields[28..], child ?? entry.Size);
        (entry.Sha256 ?? default).CopyTo(fields[36..]);
        _hash.AppendData(fields);
        _hash.AppendData(entry.Name.Span);
        _hash.AppendData(entry.LinkTarget.Span);
        return (long)ObjectId.Finish(_hash).Prefix;
    }
}
