using Mig.Core;

namespace Mig.Transfer;

/// <summary>What a fetch brought. All of it is durable; no ref has moved.</summary>
/// <param name="Shallow">The commits without parents here, as the file <c>shallow</c> shall now list them.</param>
public sealed record FetchReport(TransferReport Transfer, IReadOnlyList<ObjectId> Shallow);
