namespace Mig.Git.Objects;

/// <summary>A name in a tree of Git.</summary>
internal readonly record struct GitTreeEntry(string Name, GitMode Mode, GitId Id);
