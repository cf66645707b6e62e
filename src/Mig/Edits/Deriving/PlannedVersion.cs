using Mig.Core;
using Mig.History.Refs;

namespace Mig.Edits.Deriving;

/// <summary>One version that is to be derived.</summary>
/// <param name="Name">How its row is called in messages.</param>
/// <param name="Before">Where the branch is now; the null id when there is none.</param>
internal sealed record PlannedVersion(CsvRow Row, string Name, RefName Branch, ObjectId Before, string Message);
