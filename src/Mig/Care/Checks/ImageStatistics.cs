using Mig.Core;

namespace Mig.Care.Checks;

/// <summary>What one image, as a branch or HEAD names it, takes.</summary>
/// <param name="Name">The branch.</param>
/// <param name="Versions">Commits on it.</param>
/// <param name="DiskBytes">Length of its disks, newest version.</param>
/// <param name="UsedBytes">Bytes of those that are not zero.</param>
/// <param name="Files">Files in the newest version.</param>
/// <param name="UniqueBytes">Bytes of objects that no other branch refers to.</param>
/// <param name="UniqueStoredBytes">What those take compressed, by the ratio of their frames.</param>
public sealed record ImageStatistics(
    string Name, CommitId Commit, long Versions, long DiskBytes, long UsedBytes, long Files, long UniqueBytes, long UniqueStoredBytes);
