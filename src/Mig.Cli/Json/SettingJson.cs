namespace Mig.Cli.Json;

/// <summary>A setting and where it comes from. <paramref name="Scope"/> is system, user, repository or command.</summary>
internal sealed record SettingJson(string Key, string? Value, string Scope, string Source, int Line);
