using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Mig.Core;
using Mig.Store;

namespace Mig.Purging;

/// <summary>Reads all contents that a repository holds, and looks in them for the beginnings of some that should be gone.</summary>
internal sealed class ContentProof
{
    private const int KeySize = sizeof(ulong);
    private const int FilterBits = 16;
    private const int Batch = 1 << 14;

    private readonly IReadOnlyList<byte[]> _heads;
    private readonly bool[] _filter = new bool[1 << FilterBits];

    /// <param name="heads">At least eight bytes each.</param>
    private ContentProof(IReadOnlyList<byte[]> heads)
    {
        _heads = heads;
        foreach (byte[] head in heads)
            _filter[Hash(BinaryPrimitives.ReadUInt64LittleEndian(head))] = true;
    }

    /// <param name="gone">Contents that must not be there under their own names, either.</param>
    /// <param name="blocker">Why old packs could not be deleted.</param>
    public static PurgeProof Run(Repository repository, IReadOnlyList<ObjectId> gone, IReadOnlyList<byte[]> heads, string? blocker, IProgressSink progress, CancellationToken cancellation)
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

        return new PurgeProof(blobs.Count, bytes, [.. found.Distinct().OrderBy(blob => blob.Value)], blocker);
    }

    private bool IsIn(ReadOnlySpan<byte> content)
    {
        if (_heads.Count == 0)
            return false;
        ref byte start = ref MemoryMarshal.GetReference(content);
        for (int i = 0; i <= content.Length - KeySize; i++)
        {
            ulong key = BinaryPrimitives.ReadUInt64LittleEndian(MemoryMarshal.CreateReadOnlySpan(ref System.Runtime.CompilerServices.Unsafe.Add(ref start, i), KeySize));
            if (_filter[Hash(key)] && StartsWithHead(content[i..]))
                return true;
        }

        return false;
    }

    private bool StartsWithHead(ReadOnlySpan<byte> content)
    {
        foreach (byte[] head in _heads)
        {
            if (content.StartsWith(head))
                return true;
        }

        return false;
    }

    private static int Hash(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> (64 - FilterBits));
}
