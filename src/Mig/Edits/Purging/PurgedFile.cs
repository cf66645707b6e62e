using Mig.Core;
using Mig.History.Trees;

namespace Mig.Edits.Purging;

/// <summary>A name that goes out of an image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Disk">The name of its disk.</param>
/// <param name="Volume">The number of the volume on the disk.</param>
/// <param name="Path">Raw bytes, from the volume's root, without a slash in front.</param>
/// <param name="Entry">What stands there; for a hard link, the entry with the content.</param>
public sealed record PurgedFile(ImageId Image, string Disk, int Volume, ReadOnlyMemory<byte> Path, TreeEntry Entry);
