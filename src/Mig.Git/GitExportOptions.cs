using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.Git.Masking;

namespace Mig.Git;

/// <summary>What is published, and how.</summary>
public sealed record GitExportOptions
{
    /// <summary>The name of the form in which versions are published. It changes with any byte of it.</summary>
    internal const string Form = "mig git v1";

    /// <summary>The branches; none for all, and all tags. Tags on versions of chosen branches come along.</summary>
    public IReadOnlyList<string> Branches { get; init; } = [];

    /// <summary>Patterns of files outside of <c>/etc</c> whose contents are published, too; with or without a slash in front.</summary>
    public IReadOnlyList<string> Contents { get; init; } = [];

    /// <summary>Whether secrets are masked.</summary>
    public bool IsMasked { get; init; } = true;

    /// <summary>Whether branches and tags that were moved there, or made from other options, are moved back.</summary>
    public bool Force { get; init; }

    public IProgressSink Progress { get; init; } = NoProgress.Instance;

    /// <summary>The patterns in the one form that counts.</summary>
    internal GitExportOptions Normalized => this with
    {
        Contents = [.. Contents.Select(pattern => pattern.Trim('/')).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
    };

    /// <summary>What the ids of Git depend on beside the versions.</summary>
    internal string Profile => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{Form}\0{(IsMasked ? MaskRules.Name : "")}\0{string.Join('\0', Contents)}")))[..16];
}
