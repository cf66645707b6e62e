using Mig.Core;

namespace Mig.Images.Export;

/// <summary>What was exported.</summary>
/// <param name="Image">The image it came from.</param>
/// <param name="Disk">The disk's name in the image.</param>
/// <param name="Length">Bytes of the disk.</param>
/// <param name="Format">The format it was written in.</param>
/// <param name="DifferingBytes">Bytes of the blocks that differ from the disk under it; null when there is none.</param>
public sealed record ExportResult(ImageId Image, string Disk, long Length, string Format, long? DifferingBytes);
