using Mig.Core;
using Mig.History.Trees;
using Mig.History.Trust;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Machines.Files;

/// <summary>Reads the contents of files.</summary>
internal sealed class FileContents(IContentSource contents, int parallelism)
{
    private readonly ListCheck _check = new(contents);

    /// <summary>Returns the blobs that hold the content of a file; none for anything else.</summary>
    public static IEnumerable<BlobId> BlobsOf(IContentSource contents, TreeEntry entry)
    {
        if (entry.List is { } list)
            return ChunkList.ReadChunks(contents, list).Where(chunk => !chunk.IsHole).Select(chunk => chunk.Blob);
        return entry is { Type: TreeEntryType.File, Size: > 0, Sha256: { } id } ? [new BlobId(id)] : [];
    }

    /// <summary>Fetches what is about to be read and is not here, all at once.</summary>
    public void Prefetch(IEnumerable<TreeEntry> files) => contents.Prefetch(files.SelectMany(file => BlobsOf(contents, file)));

    /// <summary>Writes the content of a regular file.</summary>
    /// <exception cref="CorruptStoreException">It is not what its directory says; nothing was written.</exception>
    public void Copy(TreeEntry entry, Stream destination, CancellationToken cancellation = default)
    {
        if (entry.List is { } list)
        {
            _check.Require(entry, cancellation);
            new ContentReader(contents).Read(list, bytes =>
            {
                cancellation.ThrowIfCancellationRequested();
                destination.Write(bytes);
            });
        }
        else if (entry.Size > 0)
        {
            destination.Write(ReadBlob(entry));
        }
    }

    /// <summary>Reads a whole file into memory.</summary>
    /// <param name="path">How to call the file in messages.</param>
    /// <param name="maxSize">Most bytes that are read.</param>
    /// <exception cref="CorruptImageException">The file is larger.</exception>
    public byte[] Read(TreeEntry entry, string path, long maxSize)
    {
        if (entry.Size > maxSize)
            throw new CorruptImageException("PKG-001", $"/{path} has {entry.Size} bytes, at most {maxSize} are read of such a file");
        if (entry.List is not { } list)
            return entry.Size == 0 ? [] : ReadBlob(entry);
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)entry.Size);
        int at = 0;
        new ContentReader(contents).Read(list, chunk =>
        {
            if (chunk.Length > bytes.Length - at)
                throw Mismatch(entry, (long)at + chunk.Length);
            chunk.CopyTo(bytes.AsSpan(at));
            at += chunk.Length;
        });
        if (at != bytes.Length)
            throw Mismatch(entry, at);
        _check.Require(entry, bytes);
        return bytes;
    }

    /// <summary>Reads many files, small ones in the order in which they are stored and on several threads.</summary>
    /// <param name="visit">Receives each content with its number in <paramref name="files"/>.</param>
    public void ReadMany(IReadOnlyList<MachineFile> files, long maxSize, BlobVisitor visit, CancellationToken cancellation)
    {
        Prefetch(files.Select(file => file.Entry).Where(entry => entry.Size <= maxSize));
        var blobs = new List<BlobId>();
        var indexes = new List<int>();
        for (int i = 0; i < files.Count; i++)
        {
            TreeEntry entry = files[i].Entry;
            if (entry.Size > maxSize)
                continue;
            if (entry.List is null && entry.Size > 0)
            {
                blobs.Add(new BlobId(entry.Sha256!.Value));
                indexes.Add(i);
            }
            else
            {
                visit(i, Read(entry, files[i].Path, maxSize));
            }
        }

        if (blobs.Count > 0)
            contents.ReadBlobs(blobs, parallelism, (index, bytes) => visit(indexes[index], bytes), cancellation);
    }

    private byte[] ReadBlob(TreeEntry entry)
    {
        byte[] bytes = contents.ReadBlob(new BlobId(entry.Sha256!.Value));
        return bytes.Length == entry.Size ? bytes : throw Mismatch(entry, bytes.Length);
    }

    private static CorruptStoreException Mismatch(TreeEntry entry, long length) =>
        new("OBJ-007", $"the content of {entry.Sha256} has {length} bytes, its tree entry says {entry.Size}; run mig fsck");
}
