namespace Mig.Transfer.Http;

/// <summary>What became of a request.</summary>
/// <param name="Call">Null when it was for no repository.</param>
public sealed record HttpOutcome(DateTimeOffset Start, TimeSpan Duration, string Method, string Path, HttpCall? Call, int Status, long BytesIn, long BytesOut);
