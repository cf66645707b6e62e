namespace Mig.Machines.Sealing;

/// <summary>What to do to the paths that a pattern names.</summary>
/// <param name="Pattern">From the machine's root; <c>*</c> and <c>?</c> do not cross slashes, <c>~</c> at the begin stands for the home of
/// each user, and <see cref="HostKeys"/> for other files.</param>
public sealed record SealRule(SealAction Action, string Pattern)
{
    /// <summary>Stands for the keys that sshd's configuration names, with their public halves and certificates.</summary>
    public const string HostKeys = "%HostKey";

    /// <summary>Names that are left alone.</summary>
    public string Except { get; init; } = "";

    /// <summary>Whether the pattern names one path, so that what a link there leads to is meant.</summary>
    internal bool IsExact => !Pattern.AsSpan(Pattern.LastIndexOf('/') + 1).ContainsAny('*', '?', '[');
}
