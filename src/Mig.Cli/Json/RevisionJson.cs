namespace Mig.Cli.Json;

/// <summary>What a revision names.</summary>
/// <param name="IsExcluded">Whether the revision takes it out of a range.</param>
internal sealed record RevisionJson(string Revision, string Id, string Kind, string? Ref, bool? IsExcluded);
