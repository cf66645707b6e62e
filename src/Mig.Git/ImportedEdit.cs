using Mig.Core;
using Mig.Git.Objects;

namespace Mig.Git;

/// <summary>A version that was made of edits in Git.</summary>
/// <param name="Branch">The name of the branch.</param>
/// <param name="Source">The commit of Git.</param>
/// <param name="Commit">The version.</param>
/// <param name="Files">How many files were changed.</param>
/// <param name="Subject">The first line of its message.</param>
public sealed record ImportedEdit(string Branch, GitId Source, CommitId Commit, int Files, string Subject);
