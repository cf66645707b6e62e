using Mig.Core;
using Mig.History.Refs;

namespace Mig.Remotes;

/// <summary>Judges moves of refs: what loses no history is a fast-forward.</summary>
internal static class RefMove
{
    /// <summary>Tells whether all that the old commit has is in the history of the new one. Objects that are not here, and tags that moved, are no fast-forward.</summary>
    public static bool IsFastForward(Repository repository, ObjectId old, ObjectId now)
    {
        RepositoryObjects objects = repository.Objects;
        return objects.GetKind(old) == ObjectKind.Commit && objects.GetKind(now) == ObjectKind.Commit
            && repository.Walk.IsAncestor(new CommitId(old), new CommitId(now));
    }

    /// <summary>Returns the ref whose name is in the way of a new one, as a file is in the way of a folder; null when none is.</summary>
    public static RefName? FindObstacle(RefStore refs, RefName name, IReadOnlySet<RefName> deleted)
    {
        string[] parts = name.Value.Split('/');
        for (int i = 3; i < parts.Length; i++)
        {
            var parent = RefName.Parse(string.Join('/', parts[..i]));
            if (!deleted.Contains(parent) && refs.ListNames(parent.Value).Contains(parent))
                return parent;
        }

        return refs.ListNames(name.Value + "/").FirstOrDefault(child => !deleted.Contains(child));
    }
}
