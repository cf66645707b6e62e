using System.Net;

namespace Mig.Transfer.Http;

/// <summary>A request as it came.</summary>
/// <param name="Repository">The name of the repository: the URL's path before <c>/mig/v1</c>, without slashes at its ends; empty for the
/// root.</param>
/// <param name="Token">The bearer token; null when there is none.</param>
public sealed record HttpCall(IPAddress Client, string Repository, string? Token);
