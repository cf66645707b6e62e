namespace Mig.Core;

/// <summary>Another repository cannot be reached, refuses, or does not keep to the protocol.</summary>
/// <param name="code">A code from docs/errors.md, such as <c>REMOTE-003</c>.</param>
/// <param name="detail">Which remote, what happened, and what to do.</param>
public sealed class RemoteException(string code, string detail, Exception? inner = null) : MigException($"{code}: {detail}", inner)
{
    public string Code { get; } = code;

    /// <summary>The message without its code.</summary>
    public string Detail { get; } = detail;
}
