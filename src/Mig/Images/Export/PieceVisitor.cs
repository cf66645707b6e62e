using Mig.History.Layouts;

namespace Mig.Images.Export;

/// <summary>Receives the content of a piece of a disk; from several threads at once. The bytes are valid during the call only.</summary>
internal delegate void PieceVisitor(LayoutPiece piece, ReadOnlySpan<byte> bytes);
