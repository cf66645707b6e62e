namespace Mig.Machines.Verification;

/// <summary>What a package database records of a file.</summary>
/// <param name="Path">From the machine's root, without a leading slash.</param>
/// <param name="Package">The package that it came with.</param>
internal sealed record RecordedFile(string Path, string Package)
{
    /// <summary>Most files of one machine.</summary>
    public const int MaxCount = 5_000_000;

    public DigestAlgorithm Algorithm { get; init; }

    /// <summary>
    /// Of the content, or of a link's target where <see cref="IsLink"/> is set; in lower case hexadecimal; empty when it is not recorded.
    /// </summary>
    public string Digest { get; init; } = "";

    /// <summary>Whether users are expected to change it.</summary>
    public bool IsConfiguration { get; init; }

    /// <summary>Whether nothing is recorded but that it is there: a directory, or a link of a package that does not say more.</summary>
    public bool IsPresenceOnly { get; init; }

    /// <summary>Whether it may be missing.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether it is a symbolic link; null when that is not recorded.</summary>
    public bool? IsLink { get; init; }

    /// <summary>Where a symbolic link leads; null when that is not recorded.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>The twelve permission bits; null when they are not recorded.</summary>
    public int? Mode { get; init; }
}
