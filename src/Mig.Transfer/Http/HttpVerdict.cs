namespace Mig.Transfer.Http;

/// <summary>Whether a request is served.</summary>
public enum HttpVerdict
{
    Allowed,

    /// <summary>401: a token is needed, or the one that came is not known.</summary>
    Unauthorized,

    /// <summary>403: the token gives no right to this repository.</summary>
    Forbidden,

    /// <summary>429: too many requests from there.</summary>
    TooMany,
}
