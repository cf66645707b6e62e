using Mig.Git.Objects;

namespace Mig.Git.Importing;

/// <summary>A file that two trees of Git have differently.</summary>
/// <param name="Path">The names on the way to it.</param>
/// <param name="Before">Null when it is new.</param>
/// <param name="After">Null when it is gone.</param>
internal sealed record FileDifference(IReadOnlyList<string> Path, GitTreeEntry? Before, GitTreeEntry? After)
{
    public override string ToString() => string.Join('/', Path);
}
