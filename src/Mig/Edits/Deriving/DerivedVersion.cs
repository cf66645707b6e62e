using Mig.Core;
using Mig.History.Refs;

namespace Mig.Edits.Deriving;

/// <summary>One version that was derived.</summary>
/// <param name="Line">The line of its row in the table.</param>
/// <param name="Id">Null when nothing was to be stored.</param>
/// <param name="Added">Paths that are new.</param>
/// <param name="Changed">Paths that changed.</param>
/// <param name="Removed">Paths that are gone.</param>
public sealed record DerivedVersion(int Line, RefName Branch, CommitId? Id, int Added, int Changed, int Removed);
