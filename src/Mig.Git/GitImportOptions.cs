namespace Mig.Git;

/// <summary>What is taken in from a Git repository.</summary>
public sealed record GitImportOptions
{
    /// <summary>The branches whose edits are taken in; none for all.</summary>
    public IReadOnlyList<string> Branches { get; init; } = [];

    /// <summary>How versions are published; needed only where this repository does not know any more what it published.</summary>
    public GitExportOptions Export { get; init; } = new();

    /// <summary>Does not ask the hooks commit-msg and pre-commit.</summary>
    public bool NoVerify { get; init; }
}
