namespace Mig.Git;

/// <summary>What an import did.</summary>
/// <param name="Edits">Branches that got a version made of edits.</param>
/// <param name="Tags">Tags that were made, by their names.</param>
/// <param name="Warnings">What was not taken in, and why; one sentence each.</param>
public sealed record GitImportReport(IReadOnlyList<ImportedEdit> Edits, IReadOnlyList<ImportedTag> Tags, IReadOnlyList<string> Warnings);
