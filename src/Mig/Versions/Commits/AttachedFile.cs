namespace Mig.Versions.Commits;

/// <summary>A file that a commit puts beside the disks.</summary>
/// <param name="Name">What it is called in the image: up to 255 bytes without slashes and control characters, the first neither a dot nor a
/// dash.</param>
/// <param name="Path">Where it is.</param>
public sealed record AttachedFile(string Name, string Path)
{
    /// <summary>What it holds; null when that is in the file.</summary>
    internal ReadOnlyMemory<byte>? Content { get; init; }
}
