namespace Mig.Cli.Json;

/// <summary>A package that was found.</summary>
internal sealed record FoundPackageJson(string Kind, string Name, string Version, string Architecture);
