using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Revisions;

/// <summary>What revisions need to know about the objects of a repository. Safe for many threads.</summary>
public interface IRevisionSource
{
    /// <summary>Returns the kind of an object, null when the repository does not have it.</summary>
    ObjectKind? GetKind(ObjectId id);

    /// <exception cref="CorruptStoreException">The commit is missing or damaged.</exception>
    Commit ReadCommit(CommitId id);

    /// <exception cref="CorruptStoreException">The tag is missing or damaged.</exception>
    Tag ReadTag(TagId id);

    /// <summary>Returns the objects whose id begins with these digits, sorted, at most <paramref name="most"/>.</summary>
    /// <param name="hexPrefix">4 to 64 lower-case hexadecimal digits.</param>
    /// <param name="most">How many are wanted.</param>
    IReadOnlyList<ObjectId> FindByPrefix(string hexPrefix, int most);
}
