using Mig.Core;
using Mig.History.Images;

namespace Mig.Versions.Commits;

/// <summary>A file that a commit puts beside the disks.</summary>
/// <param name="Name">What it is called in the image: up to 255 bytes without slashes and control characters, the first neither a dot nor a
/// dash.</param>
/// <param name="Path">Where it is.</param>
public sealed record AttachedFile(string Name, string Path)
{
    /// <summary>What it holds; null when that is in the file.</summary>
    internal ReadOnlyMemory<byte>? Content { get; init; }

    /// <summary>Where what it holds is open, for this commit alone; null when that is in the file.</summary>
    internal IByteSource? Source { get; init; }

    /// <summary>Makes what it holds of the disks that it stands beside; null when it does not depend on them.</summary>
    internal Func<IReadOnlyList<ImageDisk>, ReadOnlyMemory<byte>>? Make { get; init; }
}
