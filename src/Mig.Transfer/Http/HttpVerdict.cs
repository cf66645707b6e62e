namespace Mig.Transfer.Http;

/// <summary>Whether a request is served.</summary>
public enum HttpVerdict
{
    Allowed,

    /// <summary>401: a token is needed, or the one that came is not known.</summary>
    Unauthorized,

    /// <summary>404: the token gives no right to this repository, which then looks like one that is not there.</summary>
    Hidden,

    /// <summary>429: too many requests from there.</summary>
    TooMany,
}
