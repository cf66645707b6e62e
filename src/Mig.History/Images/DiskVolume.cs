namespace Mig.History.Images;

/// <summary>A volume, and the disk that it is on.</summary>
public readonly record struct DiskVolume(ImageDisk Disk, ImageVolume Volume);
