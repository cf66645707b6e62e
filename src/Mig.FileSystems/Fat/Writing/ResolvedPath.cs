namespace Mig.FileSystems.Fat.Writing;

/// <summary>Where a path leads.</summary>
/// <param name="Parents">The directories below the root, down to the one of the last name.</param>
/// <param name="Name">The last name as it was given; empty for the root.</param>
/// <param name="Entry">What the last name stands for; null when there is none, and for the root.</param>
internal sealed record ResolvedPath(IReadOnlyList<FatEntry> Parents, byte[] Name, FatEntry? Entry)
{
    public bool IsRoot => Name.Length == 0;

    /// <summary>The entry of the directory of the last name; null for the root directory.</summary>
    public FatEntry? Parent => Parents.Count == 0 ? null : Parents[^1];
}
