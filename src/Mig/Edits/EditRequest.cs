using Mig.Core;
using Mig.History.Commits;

namespace Mig.Edits;

/// <summary>Where an edit is committed, and how.</summary>
public sealed record EditRequest
{
    /// <summary>The branch whose version is changed and which then moves on; <c>HEAD</c> for the current one.</summary>
    public string Branch { get; init; } = "HEAD";

    /// <summary>A branch to make for the result, instead of moving <see cref="Branch"/>, which may then be any revision.</summary>
    public string? NewBranch { get; init; }

    /// <summary>The message; a newline is added when it lacks one.</summary>
    public required string Message { get; init; }

    /// <summary>Who made what changes; null for the user.</summary>
    public Signature? Author { get; init; }

    /// <summary>Headers of the commit that mig keeps without knowing them, such as where the changes came from.</summary>
    public IReadOnlyList<HeaderLine> Headers { get; init; } = [];

    /// <summary>Makes a commit even when nothing changed.</summary>
    public bool AllowEmpty { get; init; }

    /// <summary>Does all the work, and stores nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Does not ask the hooks commit-msg and pre-commit.</summary>
    public bool NoVerify { get; init; }

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
