using Mig.Core;

namespace Mig.Exchange.Remotes;

/// <summary>History there may be lost as long as a ref is where it is expected (<c>--force-with-lease</c>).</summary>
/// <param name="Ref">The ref there; null for all that are pushed.</param>
/// <param name="Expected">A revision; the empty text when there must be no such ref; null for where its tracking ref is.</param>
public sealed record PushLease(string? Ref, string? Expected)
{
    /// <summary>Reads <c>ref</c>, <c>ref:expected</c>, or nothing.</summary>
    public static PushLease Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return new PushLease(null, null);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon == 0)
            throw new UsageException($"'{text}' names no ref; write --force-with-lease=REF or --force-with-lease=REF:EXPECTED");
        return colon < 0 ? new PushLease(text, null) : new PushLease(text[..colon], text[(colon + 1)..]);
    }
}
