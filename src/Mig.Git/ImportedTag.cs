using Mig.Core;

namespace Mig.Git;

/// <summary>A tag that was taken in from a tag or a note of Git.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version that it is on.</param>
public sealed record ImportedTag(string Name, CommitId Version);
