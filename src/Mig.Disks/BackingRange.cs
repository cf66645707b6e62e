using Mig.Core;

namespace Mig.Disks;

/// <summary>Reads the disk under another one, which may be longer.</summary>
internal static class BackingRange
{
    /// <summary>Fills <paramref name="destination"/>; what lies after the end of the backing disk is zeros.</summary>
    public static void Read(IByteSource backing, long offset, Span<byte> destination)
    {
        int present = (int)Math.Clamp(backing.Length - offset, 0, destination.Length);
        if (present > 0)
            backing.ReadExactly(offset, destination[..present]);
        destination[present..].Clear();
    }
}
