using System.Buffers.Binary;
using Mig.Core;

namespace Mig.History.Trust;

/// <summary>
/// Which list a large file's content is, by size and SHA-256 of the whole: only of contents whose bytes were cut on this side, noted in
/// <c>cache/proven/lists</c>. What was received says nothing here. For several threads.
/// </summary>
/// <remarks>Rows of 72 bytes, ascending: size (8, big-endian), SHA-256, list id.</remarks>
public sealed class ProvenLists
{
    private const string Name = "proven/lists";
    private const int KeySize = sizeof(long) + ObjectId.Size;
    private const int RowSize = KeySize + ObjectId.Size;

    // 36 MB. When there are more, it starts anew with the latest: the others are cut once more.
    private const int MaxRows = 500_000;

    private readonly byte[] _rows;

    private ProvenLists(byte[] rows) => _rows = rows;

    /// <summary>Nothing is proven where nothing is kept.</summary>
    public static ProvenLists None { get; } = new([]);

    private int Count => _rows.Length / RowSize;

    public static ProvenLists Read(string repositoryFolder) =>
        SealedFile.Read(repositoryFolder, Name, MaxRows * RowSize) is { } rows && rows.Length % RowSize == 0 ? new ProvenLists(rows) : None;

    /// <summary>Tells whether any content of this size is known.</summary>
    public bool HasSize(long size)
    {
        Span<byte> key = stackalloc byte[KeySize];
        key.Clear();
        BinaryPrimitives.WriteInt64BigEndian(key, size);
        int i = First(key);
        return i < Count && BinaryPrimitives.ReadInt64BigEndian(Row(i)) == size;
    }

    public bool TryFind(long size, in ObjectId sha256, out ListId list)
    {
        Span<byte> key = stackalloc byte[KeySize];
        BinaryPrimitives.WriteInt64BigEndian(key, size);
        sha256.CopyTo(key[sizeof(long)..]);
        int i = First(key);
        bool isFound = i < Count && Row(i)[..KeySize].SequenceEqual(key);
        list = isFound ? new ListId(new ObjectId(Row(i)[KeySize..])) : default;
        return isFound;
    }

    /// <summary>Returns all contents of a size.</summary>
    public IEnumerable<(ObjectId Sha256, ListId List)> FindAll(long size)
    {
        byte[] key = new byte[KeySize];
        BinaryPrimitives.WriteInt64BigEndian(key, size);
        for (int i = First(key); i < Count && BinaryPrimitives.ReadInt64BigEndian(Row(i)) == size; i++)
            yield return (new ObjectId(Row(i)[sizeof(long)..KeySize]), new ListId(new ObjectId(Row(i)[KeySize..])));
    }

    /// <summary>Adds to what is noted.</summary>
    public static void Add(string repositoryFolder, IReadOnlyCollection<(long Size, ObjectId Sha256, ListId List)> contents)
    {
        if (contents.Count == 0)
            return;
        ProvenLists known = Read(repositoryFolder);
        List<byte[]> rows = [.. contents.Where(content =>
            !(known.TryFind(content.Size, content.Sha256, out ListId list) && list == content.List)).Take(MaxRows).Select(ToRow)];
        if (rows.Count == 0)
            return;
        rows.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        if (known.Count + rows.Count > MaxRows)
            known = None;

        var merged = new MemoryStream((known.Count + rows.Count) * RowSize);
        int at = 0;
        foreach (byte[] row in rows)
        {
            for (; at < known.Count && known.Row(at)[..KeySize].SequenceCompareTo(row.AsSpan(0, KeySize)) < 0; at++)
                merged.Write(known.Row(at));
            if (at < known.Count && known.Row(at)[..KeySize].SequenceEqual(row.AsSpan(0, KeySize)))
                at++;
            merged.Write(row);
        }

        for (; at < known.Count; at++)
            merged.Write(known.Row(at));
        SealedFile.TryWrite(repositoryFolder, Name, merged.GetBuffer().AsSpan(0, (int)merged.Length));
    }

    private static byte[] ToRow((long Size, ObjectId Sha256, ListId List) content)
    {
        byte[] row = new byte[RowSize];
        BinaryPrimitives.WriteInt64BigEndian(row, content.Size);
        content.Sha256.CopyTo(row.AsSpan(sizeof(long)));
        content.List.Value.CopyTo(row.AsSpan(KeySize));
        return row;
    }

    private ReadOnlySpan<byte> Row(int i) => _rows.AsSpan(i * RowSize, RowSize);

    // The first row that does not come before the key.
    private int First(ReadOnlySpan<byte> key)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Row(middle)[..KeySize].SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
