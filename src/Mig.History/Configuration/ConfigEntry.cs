namespace Mig.History.Configuration;

/// <summary>One setting as it was found.</summary>
/// <param name="Value">Null for a name without <c>=</c>, which means true.</param>
/// <param name="Source">The file, or what else it comes from.</param>
/// <param name="Line">The line in the file; 0 when it comes from no file.</param>
public sealed record ConfigEntry(ConfigKey Key, string? Value, ConfigScope Scope, string Source, int Line);
