using Mig.Core;
using Mig.History.Refs;

namespace Mig.Images.Sessions;

/// <summary>What is known of a session without taking it from who works with it.</summary>
/// <param name="Base">The version that it stands on.</param>
/// <param name="Branch">Where its commits go; null for none.</param>
/// <param name="Expires">When it may go; null for never.</param>
/// <param name="DirtyBytes">Bytes that were written and made durable.</param>
/// <param name="IsInUse">Whether somebody holds it.</param>
public sealed record SessionInfo(
    string Name, CommitId Base, RefName? Branch, DateTimeOffset Created, DateTimeOffset? Expires, long DirtyBytes, bool IsInUse);
