namespace Mig.Cli.Json;

/// <summary>A path below which nothing was compared.</summary>
internal sealed record LiveHiddenJson(string Path, string Reason);
