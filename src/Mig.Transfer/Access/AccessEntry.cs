namespace Mig.Transfer.Access;

/// <summary>One token of an access file.</summary>
/// <param name="Hashes">SHA-256 of the token; two while an old one is being replaced.</param>
/// <param name="Expires">When it stops to count; null for never.</param>
internal sealed record AccessEntry(IReadOnlyList<byte[]> Hashes, DateTimeOffset? Expires, AccessRights Rights);
