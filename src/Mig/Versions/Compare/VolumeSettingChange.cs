using Mig.History.Images;

namespace Mig.Versions.Compare;

/// <summary>A setting of a file system that differs, and where.</summary>
/// <param name="Disk">The disk of the later image.</param>
/// <param name="Volume">The volume there.</param>
public sealed record VolumeSettingChange(ImageDisk Disk, ImageVolume Volume, SettingChange Change);
