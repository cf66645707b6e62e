namespace Mig.Transfer;

/// <summary>Codes of errors that somebody looks at, not only the user (docs/errors.md).</summary>
public static class RemoteCodes
{
    /// <summary>The connection ended in the middle.</summary>
    public const string Broken = "REMOTE-010";

    /// <summary>The other side was silent, or too slow.</summary>
    public const string Silent = "REMOTE-016";

    /// <summary>No connection could be made.</summary>
    public const string NoConnection = "REMOTE-018";

    /// <summary>A request was too large for the server, or for a proxy before it.</summary>
    public const string TooLarge = "REMOTE-019";
}
