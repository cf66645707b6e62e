namespace Mig.Transfer.Protocol;

/// <summary>What both sides keep to (docs/protocol.md, "Limits").</summary>
internal static class ProtocolLimits
{
    public const int Version = 1;

    /// <summary>Most bytes of a record: the largest frame, its header and its table.</summary>
    public const int MaxRecord = 40 << 20;

    /// <summary>Most bytes of JSON, where nothing smaller is said.</summary>
    public const int MaxJson = 16 << 20;

    /// <summary>Most bytes of a request.</summary>
    public const int MaxRequest = 4 << 20;

    /// <summary>Most bytes of what a server says of itself.</summary>
    public const int MaxHello = 64 << 10;

    /// <summary>Most bytes of a page of refs.</summary>
    public const int MaxRefsPage = 4 << 20;

    /// <summary>Most bytes of all pages of refs together.</summary>
    public const long MaxRefsBytes = 64L << 20;

    /// <summary>Most prefixes that refs are asked for by.</summary>
    public const int MaxPrefixes = 64;

    /// <summary>Most commits and tags of one answer.</summary>
    public const int MaxHistory = 1 << 20;

    /// <summary>Most bytes of them.</summary>
    public const long MaxHistoryBytes = 1L << 30;

    /// <summary>Most bytes of a line for the user, and of an error.</summary>
    public const int MaxText = 64 << 10;

    /// <summary>Most bytes of all lines for the user in one answer; what is more is left out, up to <see cref="MaxTextSent"/>.</summary>
    public const int MaxTextKept = 1 << 20;

    /// <summary>Most bytes of lines that are borne with.</summary>
    public const int MaxTextSent = 64 << 20;

    /// <summary>Ids in a record.</summary>
    public const int IdsPerRecord = 1 << 15;

    /// <summary>Most ids of one request.</summary>
    public const int MaxIds = 1 << 20;

    /// <summary>Most parts that an answer is asked for in.</summary>
    public const int MaxParts = 64;

    /// <summary>Most lines for the user in one answer.</summary>
    public const int MaxLines = 10_000;
}
