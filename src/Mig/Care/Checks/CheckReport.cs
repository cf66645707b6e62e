namespace Mig.Care.Checks;

/// <summary>What a check of a repository looked at, and what it found.</summary>
/// <param name="Problems">Empty when all is well.</param>
/// <param name="Warnings">What is no damage but worth knowing, such as files that a killed commit left.</param>
/// <param name="Packs">Pack files read.</param>
/// <param name="StoredBytes">Bytes of those.</param>
/// <param name="Objects">Objects in them, each hashed; in a quick check, counted only.</param>
/// <param name="RawBytes">Bytes of those objects.</param>
/// <param name="Refs">Branches, tags and HEAD.</param>
/// <param name="Commits">Commits reachable.</param>
/// <param name="Images">Images reachable.</param>
/// <param name="Trees">Directories reachable.</param>
/// <param name="Files">Files in those directories.</param>
/// <param name="Layouts">Layout nodes reachable.</param>
/// <param name="Unreachable">Objects that nothing refers to: they take space, and do no harm.</param>
public sealed record CheckReport(
    IReadOnlyList<CheckProblem> Problems,
    IReadOnlyList<string> Warnings,
    long Packs,
    long StoredBytes,
    long Objects,
    long RawBytes,
    long Refs,
    long Commits,
    long Images,
    long Trees,
    long Files,
    long Layouts,
    long Unreachable)
{
    /// <summary>How often something names a content that a partial clone left at its remote.</summary>
    public long LeftOut { get; init; }

    /// <summary>The versions that lack something, and what.</summary>
    public IReadOnlyList<AffectedVersion> Affected { get; init; } = [];

    /// <summary>Images whose manifest was seen to say what their disks hold, now or before.</summary>
    public long ComparedImages { get; init; }

    /// <summary>The part of the contents that was to be read, as the user said it; null for all, or none.</summary>
    public string? Sample { get; init; }

    /// <summary>Bytes of objects that were read and hashed, by this check or the one that it goes on with.</summary>
    public long ReadBytes { get; init; }

    /// <summary>Packs that the check which this one goes on with has read.</summary>
    public int EarlierPacks { get; init; }

    /// <summary>When the check that reads everything began.</summary>
    public DateTimeOffset? EarlierSince { get; init; }
}
