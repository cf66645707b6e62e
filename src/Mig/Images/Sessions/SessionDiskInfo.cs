namespace Mig.Images.Sessions;

/// <summary>A disk of a session.</summary>
/// <param name="Name">In the image.</param>
/// <param name="Length">In bytes.</param>
/// <param name="DirtyBytes">Bytes that were written and made durable.</param>
public sealed record SessionDiskInfo(string Name, long Length, long DirtyBytes);
