using System.Buffers.Binary;
using Mig.Core;
using Mig.History.Trust;

namespace Mig.Machines.Verification;

/// <summary>
/// Other digests of contents that were computed here before, in <c>cache/digests</c>, by their SHA-256. A cache: without it, or when it was
/// not written here, contents are read again.
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

    private string Name => $"digests/{_algorithm.ToString().ToLowerInvariant()}";

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
        byte[] bytes = new byte[HeadSize + (count * recordSize)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), count);
        int at = HeadSize;
        foreach ((ObjectId id, byte[] digest) in _digests.Take(count))
        {
            id.CopyTo(bytes.AsSpan(at));
            digest.CopyTo(bytes.AsSpan(at + ObjectId.Size));
            at += recordSize;
        }

        SealedFile.TryWrite(_repositoryFolder, Name, bytes);
    }

    private void Load()
    {
        int recordSize = ObjectId.Size + _digestSize;
        if (SealedFile.Read(_repositoryFolder, Name, HeadSize
            + (int)Math.Min(int.MaxValue / 2, (long)MaxRecords * recordSize)) is not { Length: >= HeadSize } bytes)
            return;
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        if (!bytes.AsSpan().StartsWith(Magic) || count < 0 || HeadSize + ((long)count * recordSize) != bytes.Length)
            return;
        _digests.EnsureCapacity(count);
        for (int at = HeadSize; at < bytes.Length; at += recordSize)
            _digests[new ObjectId(bytes.AsSpan(at, ObjectId.Size))] = bytes.AsSpan(at + ObjectId.Size, _digestSize).ToArray();
    }
}
