using Mig.Core;
using Mig.FileSystems.Ext;

namespace Mig.FileSystems;

/// <summary>The file systems that mig reads: listed here, not discovered.</summary>
public static class FileSystemFormats
{
    /// <summary>Opens the file system on a volume.</summary>
    /// <returns>Null when the volume holds none that mig knows.</returns>
    /// <exception cref="CorruptImageException">It is one that mig knows, and it is damaged.</exception>
    /// <exception cref="UnsupportedFeatureException">It uses a feature that mig cannot read.</exception>
    public static IFileSystem? Open(IByteSource volume, Limits limits)
    {
        ArgumentNullException.ThrowIfNull(volume);
        ArgumentNullException.ThrowIfNull(limits);
        return ExtFileSystem.Open(volume, limits);
    }
}
