using Mig.Core;

namespace Mig.Images.Extract;

/// <summary>A blob and its place in a file.</summary>
/// <param name="File">Which of the files that are extracted.</param>
internal readonly record struct ContentPiece(int File, long Offset, BlobId Blob, int Length);
