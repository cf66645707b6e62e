namespace Mig.Cli.Json;

/// <summary>A path that differs: <c>added</c>, <c>deleted</c>, <c>modified</c>, <c>metadata</c> or <c>type</c>.</summary>
internal sealed record LiveChangeJson(string Kind, string Path, string? Details);
