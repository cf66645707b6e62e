using Mig.Core;
using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>A ref of the other side that a push moves.</summary>
/// <param name="Source">What it is called here, for people: <c>main</c>, <c>HEAD~1</c>; empty for a deletion.</param>
/// <param name="Ours">The ref here; null for a deletion and for what is no ref.</param>
/// <param name="Id">Where it is to be; null to delete it.</param>
/// <param name="Theirs">Its name there.</param>
/// <param name="IsForced">Whether its history may be lost.</param>
internal sealed record PushChoice(string Source, RefName? Ours, ObjectId? Id, RefName Theirs, bool IsForced);
