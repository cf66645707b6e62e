using Mig.Core;

namespace Mig.Edits;

/// <summary>A disk as an edit left it.</summary>
/// <param name="Name">Of the disk in its image.</param>
/// <param name="Content">All of it.</param>
/// <param name="Ranges">What may differ from before, ascending and disjoint.</param>
internal sealed record EditedDisk(string Name, IByteSource Content, IReadOnlyList<ByteRange> Ranges);
