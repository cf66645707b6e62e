using Mig.Core;

namespace Mig.Machines.Coverage;

/// <summary>A version that an answer is about, and what it is called.</summary>
/// <param name="Id">The commit, or the image that was named by its own id; null when not even that can be read.</param>
/// <param name="Names">At least one.</param>
public sealed record VersionName(ObjectId? Id, IReadOnlyList<string> Names)
{
    private const int IdDigits = 10;

    /// <summary>A version as the user called it.</summary>
    public static VersionName Of(string name, ObjectId? id = null) => new(id, [name]);

    /// <summary>A version that has no name.</summary>
    public static VersionName Of(CommitId id) => new(id.Value, [id.Value.ToShortString(IdDigits)]);
}
