using Mig.Core;
using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>What a clone made.</summary>
/// <param name="Folder">The repository's folder.</param>
/// <param name="Branch">The branch that HEAD is on; null when it is on none.</param>
/// <param name="Head">The commit that HEAD is on; null when the other repository is empty, or its HEAD is on a branch without
/// commits.</param>
/// <param name="Fetch">What came.</param>
/// <param name="HookExitCode">What <c>post-checkout</c> ended with; 0 when there is none.</param>
public sealed record CloneOutcome(string Folder, RefName? Branch, ObjectId? Head, FetchOutcome Fetch, int HookExitCode);
