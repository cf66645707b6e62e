namespace Mig.Git.Objects;

/// <summary>A ref of a Git repository, and the object that it names.</summary>
internal sealed record GitRef(string Name, GitId Id);
