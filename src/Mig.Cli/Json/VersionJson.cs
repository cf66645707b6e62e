namespace Mig.Cli.Json;

/// <summary>The versions of mig and of what it runs on.</summary>
internal sealed record VersionJson(
    string Version, string? Commit, string Build, string Runtime, string System, string Architecture, string Zstd);
