using Mig.Core;

namespace Mig.History.Layouts;

/// <summary>One layout object: a leaf has pieces, whose offsets count from its start; an inner node has children.</summary>
public sealed record LayoutNode(IReadOnlyList<LayoutPiece> Pieces, IReadOnlyList<(int Slot, LayoutId Child)> Children);
