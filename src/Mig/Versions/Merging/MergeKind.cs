namespace Mig.Versions.Merging;

/// <summary>What became of a merge.</summary>
public enum MergeKind
{
    /// <summary>All of theirs was there already.</summary>
    UpToDate,

    /// <summary>The branch moved on to theirs.</summary>
    FastForward,

    /// <summary>There is a commit with both as parents.</summary>
    Merged,

    /// <summary>There are conflicts, and nothing has changed.</summary>
    Conflict,
}
