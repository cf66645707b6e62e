using Mig.Core;
using Mig.Store.Encoding;

namespace Mig.Store.Content;

/// <summary>
/// A list object: the content of a large file as chunks and holes, in order (docs/format.md, "Lists"). Long ones are lists of lists.
/// </summary>
/// <param name="Size">Bytes of the content.</param>
/// <param name="Sha256">Of the whole content; null in the inner nodes of a list of lists, and where the holes are too long to be
/// hashed.</param>
public sealed record ChunkList(long Size, ObjectId? Sha256)
{
    /// <summary>Holes that add up to more are not hashed: hashing zeros takes as long as hashing anything else.</summary>
    public const long MaxHashedHoles = 16L << 30;

    internal const int MaxDepth = 4;

    // A node ends after an entry whose id says so, or when it is full: a change in the middle of a long list leaves most nodes as they
    // were.
    private const int MaxEntries = 4096;
    private const ulong NodeEndMask = (1 << 10) - 1;
    private const byte Version = 1;

    /// <summary>Stores the list of a file's chunks.</summary>
    public static ListId Write(IObjectSink writer, IReadOnlyList<Chunk> chunks, long size, ObjectId? sha256)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(chunks);
        List<(ObjectId Id, long Length, bool IsHole)> entries = [.. chunks.Select(chunk => (chunk.Blob.Value, chunk.Length, chunk.IsHole))];
        int depth = 0;
        while (entries.Count > MaxEntries)
        {
            var parents = new List<(ObjectId, long, bool)>();
            for (int start = 0; start < entries.Count;)
            {
                int end = start;
                long length = 0;
                do
                    length += entries[end++].Length;
                while (end < entries.Count && end - start < MaxEntries
                    && (entries[end - 1].IsHole || (entries[end - 1].Id.Prefix & NodeEndMask) != 0));
                parents.Add((WriteNode(writer, depth, length, null, entries[start..end]), length, false));
                start = end;
            }

            entries = parents;
            depth++;
        }

        return new ListId(WriteNode(writer, depth, size, sha256, entries));
    }

    /// <summary>Reads what a list says of the whole file.</summary>
    public static ChunkList Read(IObjectSource store, in ListId id)
    {
        ArgumentNullException.ThrowIfNull(store);
        var reader = new PayloadReader(store.ReadPayload(id.Value, ObjectKind.List).Span, id.Value);
        (_, long size, ObjectId? sha256, _) = ReadHead(ref reader);
        return new ChunkList(size, sha256);
    }

    /// <summary>Returns the chunks and holes of a file, in order; inner lists are read as they are needed.</summary>
    /// <exception cref="CorruptStoreException">A list is missing or damaged, or the lengths do not add up.</exception>
    public static IEnumerable<Chunk> ReadChunks(IObjectSource store, ListId id) => ReadNode(store, id.Value, MaxDepth, null);

    /// <summary>Returns the entries of one list object: chunks at depth 0, else lists, whose ids then stand where a blob's would.</summary>
    public static (int Depth, IReadOnlyList<Chunk> Entries) ReadEntries(IObjectSource store, in ListId id) =>
        ReadEntries(store, id.Value, null);

    internal static CorruptStoreException TooDeep(in ObjectId id, int depth, int maxDepth) =>
        new("OBJ-003", $"list {id} is nested {depth} deep, at most {maxDepth} allowed here; run mig fsck");

    private static IEnumerable<Chunk> ReadNode(IObjectSource store, ObjectId id, int maxDepth, long? expectedSize)
    {
        (int depth, List<Chunk> entries) = ReadEntries(store, id, expectedSize);
        if (depth > maxDepth)
            throw TooDeep(id, depth, maxDepth);
        foreach (Chunk entry in entries)
        {
            if (depth == 0 || entry.IsHole)
            {
                yield return entry;
                continue;
            }

            foreach (Chunk chunk in ReadNode(store, entry.Blob.Value, depth - 1, entry.Length))
                yield return chunk;
        }
    }

    private static (int Depth, List<Chunk> Entries) ReadEntries(IObjectSource store, ObjectId id, long? expectedSize)
    {
        var reader = new PayloadReader(store.ReadPayload(id, ObjectKind.List).Span, id);
        (int depth, long size, _, int count) = ReadHead(ref reader);
        var entries = new List<Chunk>(count);
        long total = 0;
        for (int i = 0; i < count; i++)
        {
            ulong packed = reader.Unsigned("entry length");
            long length = (long)(packed >> 1);
            bool isHole = (packed & 1) != 0;
            if (length == 0 || length > size - total || (depth == 0 && !isHole && length > BlobLimits.MaxBlobSize))
                throw reader.Corrupt("entry length", $"{length} bytes after {total} of {size}");
            total += length;
            entries.Add(isHole ? Chunk.Hole(length) : new Chunk(new BlobId(reader.Id("entry id")), length, IsHole: false));
        }

        reader.ExpectEnd("list");
        if (total != size || (expectedSize is { } expected && expected != size))
            throw reader.Corrupt("size", $"the entries have {total} bytes, the list {size}, its parent says {expectedSize ?? size}");
        return (depth, entries);
    }

    private static ObjectId WriteNode(
        IObjectSink writer, int depth, long size, ObjectId? sha256, List<(ObjectId Id, long Length, bool IsHole)> entries)
    {
        var payload = new PayloadWriter();
        payload.Byte(Version);
        payload.Byte((byte)depth);
        payload.Unsigned(size);
        payload.Byte(sha256 is null ? (byte)0 : (byte)1);
        if (sha256 is { } hash)
            payload.Id(hash);
        payload.Unsigned(entries.Count);
        foreach ((ObjectId id, long length, bool isHole) in entries)
        {
            payload.Unsigned(((ulong)length << 1) | (isHole ? 1UL : 0));
            if (!isHole)
                payload.Id(id);
        }

        return writer.AddObject(ObjectKind.List, payload.Written);
    }

    private static (int Depth, long Size, ObjectId? Sha256, int Count) ReadHead(ref PayloadReader reader)
    {
        byte version = reader.Byte("version");
        if (version != Version)
            throw reader.Corrupt("version", $"{version}, this mig knows {Version}");
        int depth = reader.Byte("depth");
        if (depth > MaxDepth)
            throw reader.Corrupt("depth", $"{depth}, at most {MaxDepth} allowed");
        long size = reader.Unsigned("size", long.MaxValue);
        byte hasHash = reader.Byte("hash flag");
        if (hasHash > 1)
            throw reader.Corrupt("hash flag", $"{hasHash}, 0 or 1 allowed");
        ObjectId? sha256 = hasHash == 1 ? reader.Id("hash") : null;
        int count = (int)reader.Unsigned("entry count", MaxEntries);
        return (depth, size, sha256, count);
    }
}
