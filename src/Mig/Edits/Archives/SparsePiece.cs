namespace Mig.Edits.Archives;

/// <summary>A part of a sparse file that is in the archive.</summary>
internal readonly record struct SparsePiece(long Offset, long Length);
