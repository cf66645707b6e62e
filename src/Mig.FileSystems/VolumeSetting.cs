namespace Mig.FileSystems;

/// <summary>
/// Something that is decided for a file system as a whole, and that no file tells: how its tools name it, and its value as text.
/// </summary>
public sealed record VolumeSetting(string Name, string Value);
