namespace Mig.Git.Objects;

/// <summary>What matters of a commit of Git that somebody else may have made.</summary>
internal sealed record GitCommit(GitId Id, GitId Tree, IReadOnlyList<GitId> Parents, GitPerson Author, GitPerson Committer, string Message)
{
    /// <summary>The first line.</summary>
    public string Subject => Message.TrimStart('\n').Split('\n', 2)[0];
}
