using Mig.Core;
using Mig.Versions.Commits;

namespace Mig.Images.Running;

/// <summary>What became of a command.</summary>
/// <param name="ExitCode">Its exit code, as a shell counts it: 128 and the signal that ended it.</param>
/// <param name="Commit">The version that it made; null when it failed, and the branch is as it was.</param>
/// <param name="Replayed">The version that the same command made of the same image before, whose disks these are; null when it ran.</param>
public sealed record RunResult(int ExitCode, CommitResult? Commit, CommitId? Replayed = null);
