namespace Mig.Git.Objects;

/// <summary>An annotated tag of Git.</summary>
internal sealed record GitTag(string Name, GitId Target, GitPerson? Tagger, string Message);
