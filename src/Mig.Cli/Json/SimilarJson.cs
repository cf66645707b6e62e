namespace Mig.Cli.Json;

/// <summary>What an image has in common with another one.</summary>
internal sealed record SimilarJson(string Image, long SharedBytes, long ContentBytes, double PartOfRevision, double PartOfImage);
