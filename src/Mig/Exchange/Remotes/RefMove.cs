using Mig.Core;
using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>Judges moves of refs: what loses no history is a fast-forward.</summary>
internal static class RefMove
{
    /// <summary>
    /// Tells whether all that the old commit has is in the history of the new one. Objects that are not here, and tags that moved, are no
    /// fast-forward.
    /// </summary>
    public static bool IsFastForward(Repository repository, ObjectId old, ObjectId now)
    {
        RepositoryObjects objects = repository.Objects;
        return objects.GetKind(old) == ObjectKind.Commit && objects.GetKind(now) == ObjectKind.Commit
            && repository.Walk.IsAncestor(new CommitId(old), new CommitId(now));
    }
}
