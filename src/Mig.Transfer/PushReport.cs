namespace Mig.Transfer;

/// <summary>What a push did.</summary>
/// <param name="Results">One for each update, in order.</param>
/// <param name="Messages">What the other side's hooks said, line by line; untrusted text.</param>
public sealed record PushReport(TransferReport Transfer, IReadOnlyList<PushResult> Results, IReadOnlyList<string> Messages);
