using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Mig.Core;
using Mig.Store;

namespace Mig.Edits.Purging;

/// <summary>Reads all contents that a repository holds, and looks in them for the beginnings of some that should be gone.</summary>
internal sealed class ContentProof
{
    private const int FilterBits = 16;
    private const int Batch = 1 << 14;

    private readonly ILookup<uint, SecretHead> _heads;
    private readonly bool[] _filter = new bool[1 << FilterBits];

    private ContentProof(IEnumerable<SecretHead> heads)
    {
        _heads = heads.Distinct().ToLookup(head => head.Key);
        foreach (IGrouping<uint, SecretHead> head in _heads)
            _filter[head.Key >> (32 - FilterBits)] = true;
    }

    /// <param name="gone">Contents that must not be there under their own names, either.</param>
    /// <param name="left">Names that some version still has.</param>
    /// <param name="blocker">Why old packs could not be deleted.</param>
    public static PurgeProof Run(
        Repository repository,
        IReadOnlyCollection<ObjectId> gone,
        IReadOnlyCollection<SecretHead> heads,
        IReadOnlyList<PurgedFile> left,
        string? blocker,
        IProgressSink progress,
        CancellationToken cancellation)
    {
        var blobs = new List<BlobId>();
        long bytes = 0;
        new ObjectMarks(repository.Store).ForEachId((id, location, _) =>
        {
            if (location.Kind != ObjectKind.Blob)
                return;
            blobs.Add(new BlobId(id));
            bytes += location.Length;
        });
        progress.Begin("contents", bytes);
        var found = new ConcurrentBag<BlobId>(gone.Where(id => repository.Store.Contains(id)).Select(id => new BlobId(id)));
        var proof = new ContentProof(heads);
        foreach (BlobId[] batch in blobs.Distinct().Chunk(Batch))
        {
            repository.Store.ReadBlobs(
                batch,
                repository.Context.Parallelism,
                (index, content) =>
                {
                    if (proof.IsIn(content))
                        found.Add(batch[index]);
                    progress.Advance(content.Length);
                },
                cancellation);
        }

        return new PurgeProof(blobs.Count, bytes, [.. found.Distinct().OrderBy(blob => blob.Value)], left, blocker);
    }

    private bool IsIn(ReadOnlySpan<byte> content)
    {
        if (_heads.Count == 0)
            return false;
        ref byte start = ref MemoryMarshal.GetReference(content);
        for (int i = 0; i <= content.Length - SecretHead.KeySize; i++)
        {
            ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(
                MemoryMarshal.CreateReadOnlySpan(ref System.Runtime.CompilerServices.Unsafe.Add(ref start, i), SecretHead.KeySize));
            uint key = SecretHead.KeyOf(bytes);
            if (_filter[key >> (32 - FilterBits)] && StartsWithHead(key, content[i..]))
                return true;
        }

        return false;
    }

    private bool StartsWithHead(uint key, ReadOnlySpan<byte> content)
    {
        foreach (SecretHead head in _heads[key])
        {
            if (head.Length <= content.Length && ObjectId.Of(content[..head.Length]) == head.Sha256)
                return true;
        }

        return false;
    }
}
