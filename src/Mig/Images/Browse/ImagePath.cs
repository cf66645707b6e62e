using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;

namespace Mig.Images.Browse;

/// <summary>A place in an image that was found.</summary>
/// <param name="Disk">The disk.</param>
/// <param name="Volume">The volume on it.</param>
/// <param name="Path">The path on the volume, without a slash at either end; empty for the root.</param>
/// <param name="Entry">What stands there; a hard link is followed to the entry that has the content, under the name that was asked
/// for.</param>
public sealed record ImagePath(ImageDisk Disk, ImageVolume Volume, ReadOnlyMemory<byte> Path, TreeEntry Entry);
