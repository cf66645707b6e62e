namespace Mig.Transfer.Http;

/// <summary>A request's body goes on past the server's limit. No error of the repository's, so that the service lets it through.</summary>
internal sealed class BodyTooLargeException(long limit) : Exception($"the request has more than {limit} bytes, the limit of this server");
