using Mig.History.Images;

namespace Mig.History.Diffs;

/// <summary>A disk of two versions; one side is null when only the other has it.</summary>
public sealed record DiskPair(ImageDisk? Before, ImageDisk? After);
