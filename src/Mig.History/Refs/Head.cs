using Mig.Core;

namespace Mig.History.Refs;

/// <summary>Where the repository stands.</summary>
/// <param name="Branch">The branch that commits go to; null when HEAD is detached.</param>
/// <param name="Id">The commit; null when the branch is unborn: it has no commit yet.</param>
public sealed record Head(RefName? Branch, ObjectId? Id)
{
    public bool IsDetached => Branch is null;

    public bool IsUnborn => Id is null;
}
