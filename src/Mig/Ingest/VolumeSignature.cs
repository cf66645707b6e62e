using Mig.Core;

namespace Mig.Ingest;

/// <summary>Names what a volume holds when mig cannot look into it.</summary>
internal static class VolumeSignature
{
    private const int ProbeSize = 68 << 10;
    private const string SwapName = "swap space";

    public static string Describe(IByteSource volume) => Find(volume) switch
    {
        (VolumeContent.Empty, _) => "it is empty",
        (VolumeContent.Unknown, _) => "it holds no file system that mig knows",
        (_, var name) => $"it holds {name}, which this mig keeps exactly but does not look into",
    };

    public static VolumeContent Read(IByteSource volume) => Find(volume).Content;

    private static (VolumeContent Content, string Name) Find(IByteSource volume)
    {
        byte[] head = new byte[Math.Min(ProbeSize, volume.Length)];
        volume.ReadExactly(0, head);
        if (ZeroBytes.IsZero(head) && !volume.GetStoredRanges(new ByteRange(0, volume.Length)).Any())
            return (VolumeContent.Empty, "");
        foreach ((int offset, string magic, string name) in Known)
        {
            if (head.Length >= offset + magic.Length && head.AsSpan(offset, magic.Length).SequenceEqual(System.Text.Encoding.Latin1.GetBytes(magic)))
                return (name == SwapName ? VolumeContent.Swap : VolumeContent.Known, name);
        }

        return (VolumeContent.Unknown, "");
    }

    private static readonly (int Offset, string Magic, string Name)[] Known =
    [
        (3, "EXFAT   ", "an exFAT file system"),
        (0, "XFSB", "an XFS file system"),
        (0x10040, "_BHRfS_M", "a btrfs file system"),
        (0, "LUKS\u00BA\u00BE", "an encrypted volume (LUKS)"),
        (512, "LABELONE", "an LVM2 physical volume"),
        (4086, "SWAPSPACE2", SwapName),
        (65526, "SWAPSPACE2", SwapName),
        (4086, "S1SUSPEND", SwapName),
        (0, "hsqs", "a squashfs file system"),
        (1024, "\u00E2\u00E1\u00F5\u00E0", "an erofs file system"),
        (0x8001, "CD001", "an ISO 9660 file system"),
    ];
}
