using System.Security.Cryptography;
using System.Text;
using Mig.Core;

namespace Mig.Transfer.Protocol;

/// <summary>What both sides call a list of refs: the SHA-256 of its lines (docs/protocol.md, "Unchanged refs").</summary>
internal sealed class ListingDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public ListingDigest(string? headTarget, ObjectId? headId) => Append($"HEAD {headTarget ?? "-"} {Text(headId)}\n");

    /// <summary>Returns the digest of a whole list.</summary>
    public static string Of(RemoteListing listing)
    {
        using var digest = new ListingDigest(listing.HeadTarget?.Value, listing.HeadId);
        foreach (RemoteRef item in listing.Refs)
            digest.Add(item.Name.Value, item.Id, item.Peeled);
        return digest.Finish();
    }

    /// <param name="peeled">The commit that an annotated tag leads to; null for all else.</param>
    public void Add(string name, in ObjectId id, ObjectId? peeled) => Append($"{id} {Text(peeled)} {name}\n");

    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    private static string Text(ObjectId? id) => id?.ToString() ?? "-";

    private void Append(string line) => _hash.AppendData(Encoding.UTF8.GetBytes(line));
}
