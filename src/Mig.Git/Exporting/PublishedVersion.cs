using Mig.Core;
using Mig.Git.Objects;

namespace Mig.Git.Exporting;

/// <summary>A version, and what it is in Git.</summary>
/// <param name="HasHardLinks">Whether contents below it may have changed where directories have not.</param>
internal readonly record struct PublishedVersion(CommitId Commit, GitId Id, bool HasHardLinks);
