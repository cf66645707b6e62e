using Mig.Catalog.Searching;

namespace Mig.Images.Searching;

/// <summary>What is searched for, and in which versions.</summary>
public sealed record SearchRequest
{
    /// <summary>What an entry must be.</summary>
    public EntryConditions Conditions { get; init; } = new();

    /// <summary>
    /// Which packages are wanted, one of several. Without conditions on entries they are what is found; with some, entries are found where
    /// one of these packages is.
    /// </summary>
    public IReadOnlyList<PackageCondition> Packages { get; init; } = [];

    /// <summary>
    /// MD5 and SHA-1, in lower case hexadecimal: contents of which package databases recorded one of these are wanted, as well as those
    /// that the conditions name.
    /// </summary>
    public IReadOnlyCollection<string> RecordedDigests { get; init; } = [];

    /// <summary>The versions; all that a ref or HEAD names when there are none.</summary>
    public IReadOnlyList<string> Revisions { get; init; } = [];

    /// <summary>Whether those before them are searched, too.</summary>
    public bool WithHistory { get; init; }
}
