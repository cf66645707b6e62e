using Mig.Core;

namespace Mig.Images.Ingest;

/// <summary>The content of a file as the store names it.</summary>
/// <param name="Sha256">Of the whole; null when its holes are too long to be hashed.</param>
/// <param name="List">The chunks of a large file.</param>
internal readonly record struct FileContent(ObjectId? Sha256, ListId? List);
