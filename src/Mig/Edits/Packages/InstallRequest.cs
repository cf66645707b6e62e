namespace Mig.Edits.Packages;

/// <summary>Packages for a dormant image.</summary>
public sealed record InstallRequest
{
    /// <summary>Where it is committed, and how.</summary>
    public required EditRequest Edit { get; init; }

    /// <summary>Files of packages on this machine (<c>.deb</c>).</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
}
