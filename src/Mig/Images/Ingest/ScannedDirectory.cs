namespace Mig.Images.Ingest;

/// <summary>A directory that a scan found; entries are sorted by the bytes of their names.</summary>
internal sealed record ScannedDirectory(long Node, ScannedEntry[] Entries);
