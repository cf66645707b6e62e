namespace Mig.Versions.Merging;

/// <summary>What stands in the file <c>manifest</c> of a folder of conflicts.</summary>
/// <param name="Version">1.</param>
/// <param name="Revision">What was to be merged, as its user called it.</param>
/// <param name="Ours">The commit that HEAD was on.</param>
/// <param name="Theirs">The commit to take in.</param>
/// <param name="Message">The message of the commit to be made.</param>
internal sealed record ConflictManifest(
    int Version, string Revision, string Ours, string Theirs, string Message, IReadOnlyList<ConflictManifestEntry> Conflicts);
