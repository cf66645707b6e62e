using Mig.Git.Objects;

namespace Mig.Git.Importing;

/// <summary>What somebody noted about a commit of Git.</summary>
internal sealed record ReviewNote(GitId Target, GitPerson Author, string Text);
