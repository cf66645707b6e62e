namespace Mig.Merging;

/// <summary>A conflict in a folder of conflicts.</summary>
/// <param name="Folder">The folder with its three sides.</param>
internal sealed record ConflictManifestEntry(string Path, string Kind, string Reason, string Folder);
