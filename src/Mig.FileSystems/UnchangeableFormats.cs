using Mig.Core;

namespace Mig.FileSystems;

/// <summary>What mig knows by name, but cannot change.</summary>
internal static class UnchangeableFormats
{
    private static readonly (int Offset, byte[] Magic, string Name)[] Known =
    [
        (3, "NTFS    "u8.ToArray(), "NTFS"),
        (3, "EXFAT   "u8.ToArray(), "exFAT"),
        (3, "-FVE-FS-"u8.ToArray(), "BitLocker"),
        (0, "XFSB"u8.ToArray(), "XFS"),
        (0x10040, "_BHRfS_M"u8.ToArray(), "btrfs"),
        (0x400, [0x10, 0x20, 0xF5, 0xF2], "F2FS"),
        (0x400, [0xE2, 0xE1, 0xF5, 0xE0], "EROFS"),
        (0, "hsqs"u8.ToArray(), "SquashFS"),
        (0x8001, "CD001"u8.ToArray(), "ISO 9660"),
        (0, [(byte)'L', (byte)'U', (byte)'K', (byte)'S', 0xBA, 0xBE], "LUKS"),
        (512, "LABELONE"u8.ToArray(), "LVM2"),
        (4086, "SWAPSPACE2"u8.ToArray(), "swap"),
    ];

    /// <exception cref="UnsupportedFeatureException">The volume holds one of them.</exception>
    public static void Refuse(IByteSource volume)
    {
        Span<byte> bytes = stackalloc byte[16];
        foreach ((int offset, byte[] magic, string name) in Known)
        {
            if (volume.Length < offset + magic.Length)
                continue;
            volume.ReadExactly(offset, bytes[..magic.Length]);
            if (bytes.StartsWith(magic))
                throw new UnsupportedFeatureException(
                    $"changing {name}",
                    "mig changes ext2, ext3, ext4 and FAT; export the version, change it mounted or in a running machine, and commit it "
                    + "again");
        }
    }
}
