namespace Mig.History.Trees;

/// <summary>
/// What is below a directory, each name counted as often as a path leads to it: equal directories are stored once, and may stand in many
/// places.
/// </summary>
/// <param name="Names">How many names.</param>
/// <param name="Files">How many of them are regular files, hard links included.</param>
/// <param name="Depth">How deep directories are nested below it; 0 when it holds none.</param>
/// <param name="PathLength">Bytes of the longest path below it.</param>
/// <param name="HasHardLinks">Whether one of the names is a hard link.</param>
public readonly record struct TreeFacts(long Names, long Files, int Depth, int PathLength, bool HasHardLinks);
