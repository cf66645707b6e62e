namespace Mig.Edits.Packages;

/// <summary>Packages for a dormant image.</summary>
public sealed record InstallRequest
{
    /// <summary>Where it is committed, and how.</summary>
    public required EditRequest Edit { get; init; }

    /// <summary>Files of packages on this machine (<c>.deb</c>).</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Names of packages that <see cref="Folder"/> has.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>A folder of this machine with packages, which those that are named and what they need are taken from.</summary>
    public string? Folder { get; init; }

    /// <summary>Takes all of <see cref="Folder"/> that the image has in an older version.</summary>
    public bool Upgrades { get; init; }
}
