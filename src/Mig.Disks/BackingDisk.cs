namespace Mig.Disks;

/// <summary>The disk under a new one, as the new one names it.</summary>
/// <param name="Name">Path of its file from the folder of the new one, or absolute.</param>
/// <param name="Format">Its container: <c>raw</c>, <c>vmdk</c> or <c>qcow2</c>.</param>
/// <param name="ContentId">See <see cref="DiskImage.ContentId"/>.</param>
public sealed record BackingDisk(string Name, string Format, uint? ContentId);
