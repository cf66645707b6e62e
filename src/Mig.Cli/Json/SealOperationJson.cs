namespace Mig.Cli.Json;

/// <summary>An operation that <c>mig seal --list</c> names.</summary>
internal sealed record SealOperationJson(string Name, string Summary, bool IsDefault, IReadOnlyList<string> Patterns);
