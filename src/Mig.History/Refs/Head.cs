using Mig.Core;

namespace Mig.History.Refs;

/// <summary>Where the repository stands.</summary>
/// <param name="Branch">The branch that commits go to; null when HEAD is detached.</param>
/// <param name="Id">The commit; null when the branch is unborn: it has no commit yet.</param>
public sealed record Head(RefName? Branch, ObjectId? Id)
{
    public bool IsDetached => Branch is null;

    public bool IsUnborn => Id is null;

    /// <summary>Returns the commit.</summary>
    /// <param name="consequence">What cannot be done without one, such as <c>there is nothing to merge into</c>; empty to leave it
    /// out.</param>
    /// <exception cref="NotFoundException">There is none yet.</exception>
    public CommitId Require(string consequence = "") => Id is { } id
        ? new CommitId(id)
        : throw new NotFoundException(
            $"the branch '{Branch?.ShortName}' has no version yet{(consequence.Length > 0 ? ", so " : "")}{consequence}; 'mig commit "
            + "DISK' makes the first");
}
