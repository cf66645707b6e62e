namespace Mig.Cli.Json;

/// <summary>A version in which something was found, or was not seen, and what it is called.</summary>
/// <param name="Commit">Null when not even that can be read.</param>
internal sealed record FoundVersionJson(string? Commit, IReadOnlyList<string> Names);
