namespace Mig.Disks.Vmdk;

/// <summary>The disk under a delta disk, as the descriptor names it.</summary>
/// <param name="Name">The file.</param>
/// <param name="ContentId">The number that its content had when the delta was made.</param>
internal sealed record VmdkParent(string Name, uint ContentId);
