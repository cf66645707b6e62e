using Mig.Core;
using Mig.History.Revisions;

namespace Mig.Versions.Bisecting;

/// <summary>Where a bisection stands. One of <see cref="Next"/>, <see cref="FirstBad"/> and <see cref="Suspects"/> says something; none
/// does
/// while a bad or a good version is not named yet.</summary>
public sealed record BisectStep
{
    /// <summary>The version to test.</summary>
    public WalkedCommit? Next { get; init; }

    /// <summary>How many versions may still be the first bad one, whatever the test of <see cref="Next"/> says, at most.</summary>
    public int Left { get; init; }

    /// <summary>The first bad version.</summary>
    public WalkedCommit? FirstBad { get; init; }

    /// <summary>When the versions that are left cannot be tested: any of them may be the first bad one.</summary>
    public IReadOnlyList<WalkedCommit> Suspects { get; init; } = [];

    /// <summary>Whether a bad version is named.</summary>
    public bool HasBad { get; init; }

    /// <summary>Whether a good version is named.</summary>
    public bool HasGood { get; init; }
}
