using Mig.Core;
using Mig.FileSystems.Ext;

namespace Mig.FileSystems;

/// <summary>Reads what is decided for a file system as a whole.</summary>
public static class VolumeSettings
{
    /// <summary>How the names of settings begin that are features; one that is not there is off.</summary>
    public const string FeaturePrefix = "feature ";

    /// <summary>
    /// Returns the settings of a volume, but for its label and UUID, which <see cref="FileSystemInfo"/> has; none where the format keeps
    /// none that mig knows.
    /// </summary>
    /// <param name="type">The type of the file system, as <see cref="FileSystemInfo.Type"/> has it.</param>
    /// <param name="volume">No more than its first 2 KiB are read.</param>
    public static IReadOnlyList<VolumeSetting> Read(string type, IByteSource volume)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(volume);
        if (!type.StartsWith("ext", StringComparison.Ordinal) || volume.Length < Superblock.Offset + Superblock.Size)
            return [];
        byte[] bytes = new byte[Superblock.Size];
        volume.ReadExactly(Superblock.Offset, bytes);
        return Superblock.HasMagic(bytes) ? ExtSettings.Read(bytes) : [];
    }
}
