namespace Mig.Cli.Json;

/// <summary>One version that was derived.</summary>
/// <param name="Line">The line of its row in the table.</param>
/// <param name="Id">Null when nothing was to be stored.</param>
internal sealed record DerivedVersionJson(int Line, string Branch, string? Id, int Added, int Changed, int Removed);
