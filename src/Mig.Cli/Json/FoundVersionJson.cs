namespace Mig.Cli.Json;

/// <summary>A version in which something was found, and what it is called.</summary>
internal sealed record FoundVersionJson(string Commit, IReadOnlyList<string> Names);
