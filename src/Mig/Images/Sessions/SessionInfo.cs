using Mig.Core;
using Mig.History.Refs;

namespace Mig.Images.Sessions;

/// <summary>What is known of a session without taking it from who works with it.</summary>
/// <param name="Base">The version that it stands on.</param>
/// <param name="Branch">Where its commits go; null for none.</param>
/// <param name="Expires">When it may go; null for never.</param>
/// <param name="Disks">Its disks, in the order of the image.</param>
/// <param name="Holder">Who works with it, as a noun; null for nobody.</param>
public sealed record SessionInfo(string Name, CommitId Base, RefName? Branch, DateTimeOffset Created, DateTimeOffset? Expires,
    IReadOnlyList<SessionDiskInfo> Disks, string? Holder)
{
    /// <summary>Bytes that were written and made durable.</summary>
    public long DirtyBytes => Disks.Sum(disk => disk.DirtyBytes);

    /// <summary>Whether somebody holds it.</summary>
    public bool IsInUse => Holder is not null;
}
