using Mig.Care.Maintenance;
using Mig.Core;
using Mig.History.Refs;
using Mig.History.Trust;
using Mig.Versions.Branches;

namespace Mig.Edits.Building;

/// <summary>
/// Which version came of which step on which version: <c>cache/builds</c>, sealed by the user's key, 64 bytes for each, and a ref below
/// <c>refs/builds/</c> for each version, so that a collection keeps it.
/// </summary>
internal sealed class BuildMemory(Repository repository)
{
    private const string Name = "builds";
    private const string Prefix = "refs/builds/";
    private const string Reason = "build";
    private const int RowSize = 2 * ObjectId.Size;
    private const int MaxRows = 10_000;

    /// <summary>Returns the version that came of it; null when that is not known here.</summary>
    public CommitId? Find(in ObjectId key)
    {
        byte[] rows = Read();
        for (int at = 0; at < rows.Length; at += RowSize)
        {
            if (new ObjectId(rows.AsSpan(at, ObjectId.Size)) != key)
                continue;
            var made = new ObjectId(rows.AsSpan(at + ObjectId.Size, ObjectId.Size));
            return repository.Refs.Resolve(RefOf(made)) == made ? new CommitId(made) : null;
        }

        return null;
    }

    /// <summary>Notes what came of it; what was noted of the same before goes.</summary>
    public void Add(in ObjectId key, CommitId made)
    {
        Begin().Update(RefOf(made.Value), null, made.Value, Reason).Commit();
        byte[] rows = Read();
        using var all = new MemoryStream();
        all.Write(Bytes(key));
        all.Write(Bytes(made.Value));
        for (int at = 0; at < rows.Length && all.Length < (long)MaxRows * RowSize; at += RowSize)
        {
            if (new ObjectId(rows.AsSpan(at, ObjectId.Size)) != key)
                all.Write(rows, at, RowSize);
        }

        SealedFile.TryWrite(repository.Folder, Name, all.ToArray());
        DropUnnamed(all.ToArray());
    }

    /// <summary>Forgets all; what no other ref leads to goes with the next collection.</summary>
    /// <returns>How many versions were kept.</returns>
    public int Forget()
    {
        SealedFile.TryWrite(repository.Folder, Name, []);
        return DropUnnamed([]);
    }

    private int DropUnnamed(byte[] rows)
    {
        var named = new HashSet<ObjectId>();
        for (int at = 0; at < rows.Length; at += RowSize)
            named.Add(new ObjectId(rows.AsSpan(at + ObjectId.Size, ObjectId.Size)));
        List<Ref> gone = [.. repository.Refs.List(Prefix).Where(item => !named.Contains(item.Id))];
        if (gone.Count == 0)
            return 0;
        RefTransaction transaction = Begin();
        gone.ForEach(item => transaction.Delete(item.Name, null, Reason));
        transaction.Commit();
        return gone.Count;
    }

    private byte[] Read() => SealedFile.Read(repository.Folder, Name, MaxRows * RowSize) is { } rows && rows.Length % RowSize == 0
        ? rows : [];

    private RefTransaction Begin() => repository.Refs.BeginTransaction(ReflogSignature.Of(repository));

    private static RefName RefOf(in ObjectId made) => RefName.Parse(Prefix + made);

    private static byte[] Bytes(in ObjectId id)
    {
        byte[] bytes = new byte[ObjectId.Size];
        id.CopyTo(bytes);
        return bytes;
    }
}
