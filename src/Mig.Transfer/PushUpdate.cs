using Mig.Core;
using Mig.History.Refs;

namespace Mig.Transfer;

/// <summary>A ref of the other side that shall move.</summary>
/// <param name="Old">Where it is now; null when there is none. The other side refuses when that is no longer so.</param>
/// <param name="New">Where it shall be; null to delete it.</param>
/// <param name="Force">True when the user allowed history to be lost; needs the right to.</param>
public sealed record PushUpdate(RefName Name, ObjectId? Old, ObjectId? New, bool Force);
