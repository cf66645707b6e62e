namespace Mig.Versions.Merging;

/// <summary>A conflict in a folder of conflicts.</summary>
/// <param name="Folder">The folder with its three sides.</param>
/// <param name="Merged">The SHA-256 of <c>merged</c> as it was written: while it is that, nobody has resolved the conflict. Null when there
/// was none.</param>
internal sealed record ConflictManifestEntry(string Path, string Kind, string Reason, string Folder, string? Merged);
