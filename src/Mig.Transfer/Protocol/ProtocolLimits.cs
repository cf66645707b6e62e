namespace Mig.Transfer.Protocol;

/// <summary>What both sides keep to (docs/protocol.md, "Limits").</summary>
internal static class ProtocolLimits
{
    public const int Version = 1;

    /// <summary>Most bytes of a record: the largest frame, its header and its table.</summary>
    public const int MaxRecord = 40 << 20;

    /// <summary>Most bytes of JSON.</summary>
    public const int MaxJson = 16 << 20;

    /// <summary>Most bytes of a line for the user.</summary>
    public const int MaxText = 64 << 10;

    /// <summary>Ids in a record.</summary>
    public const int IdsPerRecord = 1 << 15;

    /// <summary>Most ids of one request.</summary>
    public const int MaxIds = 1 << 20;

    /// <summary>Most parts that an answer is asked for in.</summary>
    public const int MaxParts = 64;

    /// <summary>Most lines for the user in one answer.</summary>
    public const int MaxLines = 10_000;
}
