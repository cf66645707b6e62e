using Mig.Git.Objects;

namespace Mig.Git;

/// <summary>A branch or tag of a Git repository that was moved.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Before">Where it was; null when it is new.</param>
/// <param name="After">Where it is.</param>
/// <param name="IsForced">Whether something that was there is no longer on it.</param>
public sealed record GitRefChange(string Name, GitId? Before, GitId After, bool IsForced);
