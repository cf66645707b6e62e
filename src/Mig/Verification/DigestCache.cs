using System.Buffers.Binary;
using Mig.Core;
using Mig.Core.Host;
using Mig.Store;

namespace Mig.Verification;

/// <summary>
/// Other digests of contents that were computed before, in <c>cache/digests</c>, by their SHA-256. A cache: without it, or when it is damaged, contents are read again.
/// </summary>
internal sealed class DigestCache
{
    private const int HeadSize = 12;
    private const int MaxRecords = 4 << 20;

    private readonly string _repositoryFolder;
    private readonly DigestAlgorithm _algorithm;
    private readonly int _digestSize;
    private readonly Dictionary<ObjectId, byte[]> _digests = [];

    private DigestCache(string repositoryFolder, DigestAlgorithm algorithm) =>
        (_repositoryFolder, _algorithm, _digestSize) = (repositoryFolder, algorithm, ContentDigests.SizeOf(algorithm));

    private static ReadOnlySpan<byte> Magic => "migdgst\u0001"u8;

    private string Folder => Path.Combine(_repositoryFolder, "cache", "digests");

    private string FilePath => Path.Combine(Folder, _algorithm.ToString().ToLowerInvariant());

    public static DigestCache Read(string repositoryFolder, DigestAlgorithm algorithm)
    {
        var cache = new DigestCache(repositoryFolder, algorithm);
        cache.Load();
        return cache;
    }

    /// <returns>Lower case hexadecimal; null when it is not known.</returns>
    public string? Find(in ObjectId sha256) => _digests.TryGetValue(sha256, out byte[]? digest) ? Convert.ToHexStringLower(digest) : null;

    public void Add(in ObjectId sha256, byte[] digest) => _digests[sha256] = digest;

    /// <summary>Keeps what is known, where the repository can be written.</summary>
    public void Write()
    {
        int recordSize = ObjectId.Size + _digestSize, count = Math.Min(_digests.Count, MaxRecords);
        byte[] bytes = new byte[HeadSize + (count * recordSize) + ObjectId.Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), count);
        int at = HeadSize;
        foreach ((ObjectId id, byte[] digest) in _digests.Take(count))
        {
            id.CopyTo(bytes.AsSpan(at));
            digest.CopyTo(bytes.AsSpan(at + ObjectId.Size));
            at += recordSize;
        }

        ObjectId.Of(bytes.AsSpan(0, at)).CopyTo(bytes.AsSpan(at));
        try
        {
            HostFiles.CreateFolder(Folder);
            using var file = new TemporaryFile(Path.Combine(_repositoryFolder, ObjectStore.TemporaryFolder), "digests");
            file.Write(bytes, 0);
            file.Publish(FilePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then contents are read again next time.
        }
    }

    private void Load()
    {
        byte[] bytes;
        int recordSize = ObjectId.Size + _digestSize;
        try
        {
            using HostFile file = HostFile.OpenRead(FilePath);
            long length = file.Length;
            if (length < HeadSize + ObjectId.Size || length > HeadSize + ObjectId.Size + ((long)MaxRecords * recordSize))
                return;
            bytes = new byte[length];
            if (file.Read(bytes, 0) != bytes.Length)
                return;
        }
        catch (IOException)
        {
            return;
        }

        int end = bytes.Length - ObjectId.Size, count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        if (!bytes.AsSpan().StartsWith(Magic) || count < 0 || HeadSize + ((long)count * recordSize) != end || ObjectId.Of(bytes.AsSpan(0, end)) != new ObjectId(bytes.AsSpan(end)))
            return;
        _digests.EnsureCapacity(count);
        for (int at = HeadSize; at < end; at += recordSize)
            _digests[new ObjectId(bytes.AsSpan(at, ObjectId.Size))] = bytes.AsSpan(at + ObjectId.Size, _digestSize).ToArray();
    }
}
