using Mig.Core;

namespace Mig.Care.Checks;

/// <summary>Versions that do not have all of their content, and what of it.</summary>
/// <param name="Versions">The versions, newest first: a name such as <c>main~1</c> where there is one, and the commit.</param>
/// <param name="Places">Paths as <c>mig ls</c> takes them, <c>/…</c> behind a directory of which nothing is known; ranges of disks outside
/// of files. The first of them.</param>
/// <param name="PlaceCount">How many places there are.</param>
public sealed record AffectedVersion(IReadOnlyList<AffectedCommit> Versions, IReadOnlyList<string> Places, long PlaceCount);
