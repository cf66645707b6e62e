using Mig.Core;

namespace Mig.Care.Checks;

/// <summary>A version by a name that a user knows.</summary>
/// <param name="Name">Such as <c>main</c> or <c>main~3</c>; the beginning of the id where no line of a branch leads there.</param>
public sealed record AffectedCommit(string Name, string Commit);
