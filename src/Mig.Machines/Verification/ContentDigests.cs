using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Mig.Core;
using Mig.History.Trees;
using Mig.History.Trust;
using Mig.Machines.Files;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Machines.Verification;

/// <summary>
/// Computes digests of contents as package databases have them. SHA-256 is known without reading; others are computed once and kept by
/// content.
/// </summary>
internal sealed class ContentDigests(IContentSource store, string repositoryFolder, int parallelism)
{
    public static int SizeOf(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Md5 => 16,
        DigestAlgorithm.Sha1 =>
        20,
        DigestAlgorithm.Sha256 => 32,
        DigestAlgorithm.Sha384 => 48,
        _ => 64
    };

    /// <summary>Returns the digests of the files by their SHA-256, in lower case hexadecimal; files that have none are left out.</summary>
    public IReadOnlyDictionary<ObjectId, string> Compute(
        DigestAlgorithm algorithm, IEnumerable<TreeEntry> files, CancellationToken cancellation)
    {
        var digests = new Dictionary<ObjectId, string>();
        DigestCache cache = DigestCache.Read(repositoryFolder, algorithm);
        var wanted = new Dictionary<ObjectId, TreeEntry>();
        List<TreeEntry> all = [.. files];
        foreach (TreeEntry file in all)
        {
            if (algorithm != DigestAlgorithm.Sha256 && file.Sha256 is { } id && cache.Find(id) is null)
                wanted.TryAdd(id, file);
        }

        if (wanted.Count > 0)
        {
            foreach ((ObjectId id, byte[] digest) in Read(algorithm, wanted, cancellation))
                cache.Add(id, digest);
            cache.Write();
        }

        foreach (TreeEntry file in all)
        {
            if (file.Sha256 is { } id)
                digests[id] = algorithm == DigestAlgorithm.Sha256 ? id.ToString() : cache.Find(id)!;
        }

        return digests;
    }

    private ConcurrentDictionary<ObjectId, byte[]> Read(
        DigestAlgorithm algorithm, Dictionary<ObjectId, TreeEntry> wanted, CancellationToken cancellation)
    {
        var digests = new ConcurrentDictionary<ObjectId, byte[]>();
        new FileContents(store, parallelism).Prefetch(wanted.Values);
        List<ObjectId> small = [.. wanted.Where(item => item.Value.List is null && item.Value.Size > 0).Select(item => item.Key)];
        store.ReadBlobs([.. small.Select(id => new BlobId(id))], parallelism, (index, bytes) =>
            digests[small[index]] = Hash(algorithm, bytes), cancellation);
        var check = new ListCheck(store);
        List<TreeEntry> others = [.. wanted.Values.Where(file => file.List is not null || file.Size == 0)];
        // what is kept by the SHA-256 of a content is said of that content, whoever asks later
        check.Require(others, parallelism, cancellation);
        ParallelWork.ForEach(
            others,
            parallelism,
            file =>
            {
                using var hash = IncrementalHash.CreateHash(NameOf(algorithm));
                if (file.List is { } list)
                    new ContentReader(store).Read(list, bytes => hash.AppendData(bytes));
                digests[file.Sha256!.Value] = hash.GetHashAndReset();
            },
            cancellation);
        return digests;
    }

    /// <summary>Begins to compute a digest of what comes piece by piece.</summary>
    internal static IncrementalHash Begin(DigestAlgorithm algorithm) => IncrementalHash.CreateHash(NameOf(algorithm));

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms",
        Justification = "It is what the databases of packages hold.")]
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms",
        Justification = "It is what the databases of packages hold.")]
    internal static byte[] Hash(DigestAlgorithm algorithm, ReadOnlySpan<byte> bytes) => algorithm switch
    {
        DigestAlgorithm.Md5 => MD5.HashData(bytes),
        DigestAlgorithm.Sha1 => SHA1.HashData(bytes),
        DigestAlgorithm.Sha256 => SHA256.HashData(bytes),
        DigestAlgorithm.Sha384 => SHA384.HashData(bytes),
        _ => SHA512.HashData(bytes),
    };

    private static HashAlgorithmName NameOf(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Md5 => HashAlgorithmName.MD5,
        DigestAlgorithm.Sha1 => HashAlgorithmName.SHA1,
        DigestAlgorithm.Sha256 => HashAlgorithmName.SHA256,
        DigestAlgorithm.Sha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };
}
