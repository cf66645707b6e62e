using Mig.Core;
using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>A ref of the other side that a fetch takes.</summary>
/// <param name="Theirs">Its name there.</param>
/// <param name="Id">Where it is there.</param>
/// <param name="Ours">Where it is to be kept; null for nowhere.</param>
/// <param name="IsForced">Whether its history may be lost here.</param>
/// <param name="IsForMerge">Whether a pull takes it.</param>
internal sealed record FetchChoice(RefName Theirs, ObjectId Id, RefName? Ours, bool IsForced, bool IsForMerge);
