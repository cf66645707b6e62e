namespace Mig.Versions.Compare;

/// <summary>
/// A setting of a file system that differs: a feature is <c>on</c> or <c>off</c>, another one that is not there is empty.
/// </summary>
public sealed record SettingChange(string Name, string Before, string After);
