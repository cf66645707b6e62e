namespace Mig.Cli.Json;

/// <summary>One move of a ref.</summary>
/// <param name="Selector">A revision that means it, such as <c>main@{2}</c>.</param>
internal sealed record ReflogJson(string Selector, string? Before, string? After, PersonJson Who, string Reason);
