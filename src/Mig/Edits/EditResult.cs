using Mig.Core;
using Mig.History.Refs;

namespace Mig.Edits;

/// <summary>What an edit did.</summary>
/// <param name="Id">The new commit; null when nothing changed, or nothing was to be stored.</param>
/// <param name="Branch">The branch it is on; null when HEAD is detached.</param>
/// <param name="Message">The commit's message, as hooks left it.</param>
/// <param name="NewObjects">Objects that the repository did not have.</param>
/// <param name="NewBytes">Bytes of those objects.</param>
/// <param name="StoredBytes">Bytes that they take, compressed.</param>
public sealed record EditResult(CommitId? Id, RefName? Branch, string Message, long NewObjects, long NewBytes, long StoredBytes);
