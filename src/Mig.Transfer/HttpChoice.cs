namespace Mig.Transfer;

/// <summary>Which version of HTTP is spoken with a server.</summary>
public enum HttpChoice
{
    /// <summary>HTTP/1.1: a connection for each request under way.</summary>
    Http1,

    /// <summary>
    /// HTTP/2: one connection for all. Over TLS what the server prefers (ALPN), without it HTTP/2 by prior knowledge (RFC 9113, section
    /// 3.3).
    /// </summary>
    Http2,
}
