using Mig.Core;

namespace Mig.Transfer.Addresses;

/// <summary>Where another repository is (git-clone(1), "GIT URLS").</summary>
/// <param name="Kind">How it is reached.</param>
/// <param name="Text">As the user wrote it.</param>
/// <param name="User">Null when the address names none.</param>
/// <param name="Host">Empty for a folder; an IPv6 address without brackets.</param>
/// <param name="Port">Null for the usual one.</param>
/// <param name="Path">The folder there, or the path of the URL, decoded.</param>
public sealed record RemoteAddress(RemoteKind Kind, string Text, string? User, string Host, int? Port, string Path)
{
    /// <summary>True for https.</summary>
    public bool IsSecure { get; init; }

    /// <summary>Reads an address.</summary>
    /// <param name="baseFolder">What a relative folder begins at.</param>
    /// <exception cref="UsageException">It is malformed; says what is allowed.</exception>
    public static RemoteAddress Parse(string text, string baseFolder) => throw new NotImplementedException();
}
