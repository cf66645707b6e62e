namespace Mig.History.Revisions;

/// <summary>What a history is asked about: a path, a package. Says between which commits nothing of it changed.</summary>
public interface IHistoryQuestion
{
    /// <summary>Tells whether a commit has the same as its parent.</summary>
    /// <param name="parent">Null for a commit without parents, which has the same when it has nothing of what is asked about.</param>
    /// <param name="child">The commit.</param>
    bool IsSame(WalkedCommit? parent, WalkedCommit child);
}
