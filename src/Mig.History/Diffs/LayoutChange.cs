using Mig.Core;
using Mig.History.Layouts;

namespace Mig.History.Diffs;

/// <summary>
/// A range of a disk that two layouts describe differently. Its bytes may be the same all the same, when they stand in another blob.
/// </summary>
/// <param name="Range">On the disk.</param>
/// <param name="Before">What stood there; null for zeros.</param>
/// <param name="After">What stands there; null for zeros.</param>
public sealed record LayoutChange(ByteRange Range, LayoutPiece? Before, LayoutPiece? After);
