using Mig.Core;
using Mig.History.Refs;

namespace Mig.Exchange.Hooks;

/// <summary>A ref that a push is about to move, as the hook pre-push reads it.</summary>
/// <param name="LocalName">What the user said to push: a ref, or a revision such as <c>HEAD~1</c>; null for a deletion.</param>
/// <param name="LocalId">What it names; null for a deletion.</param>
/// <param name="RemoteName">The ref of the other side.</param>
/// <param name="RemoteId">Where it is there now; null when there is none.</param>
public sealed record PrePushRef(string? LocalName, ObjectId? LocalId, RefName RemoteName, ObjectId? RemoteId);
