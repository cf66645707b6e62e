using System.Numerics;

namespace Mig.Disks.Volumes;

/// <summary>
/// The kinds of volumes that mig knows by sight, and where each shows: as libblkid (util-linux, libblkid/src/superblocks) looks for them,
/// in its order.
/// </summary>
internal static class VolumeKinds
{
    public const string Swap = "swap space";
    public const string Sleeping = "swap space with the memory of a sleeping machine";

    private const uint RaidMagic = 0xA92B4EFC;
    private const uint ZfsMagic = 0x00BAB10C;
    private const int ZfsMinUberblocks = 4;
    private const string BitLocker = "an encrypted volume (BitLocker)";

    private static readonly int[] PageSizes = [4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10];

    private static readonly (string Name, Func<VolumeProbe, bool> IsThere)[] Kinds =
    [
        ("a member of a RAID array (MD)", IsRaid),
        ("a member of a RAID array (DDF)", At(-512, "\u00DE\u0011\u00DE\u0011")),
        ("a member of a RAID array (Intel RST)", At(-1024, "Intel Raid ISM Cfg Sig. ")),
        ("a bcache device", At(4096 + 24, "\u00C6\u0085s\u00F6N\u001AE\u00CA\u0082e\u00F5\u007FH\u00BAm\u0081")),
        ("a BlueStore device (Ceph)", At(0, "bluestore block device")),
        ("an LVM2 physical volume", probe => Any([0, 512, 1024, 1536], offset => probe.Has(offset, "LABELONE"))),
        ("hashes of dm-verity", At(0, "verity\0\0")),
        ("a volume of dm-integrity", At(0, "integrit")),
        ("an encrypted volume (LUKS)", At(0, "LUKS\u00BA\u00BE")),
        ("an encrypted volume (LUKS)", probe =>
            Any([0x4000, 0x8000, 0x10000, 0x20000, 0x40000, 0x80000, 0x100000, 0x200000, 0x400000], offset =>
            probe.Has(offset, "SKUL\u00BA\u00BE"))),
        ("a member of a VMFS volume", At(1 << 20, "\r\u00D0\u0001\u00C0")),
        ("a VDO volume", At(0, "dmvdo001")),
        ("a Stratis pool", probe => Any([512, 9 * 512], offset => probe.Has(offset + 4, "!Stra0tis\u0086\u00FF\u0002^\u0041rh"))),
        (BitLocker, At(0, "\u00EBR\u0090-FVE-FS-")),
        (BitLocker, At(0, "\u00EBX\u0090-FVE-FS-")),
        (BitLocker, At(424, ";\u00D6gI).\u00D8J\u0083\u0099\u00F6\u00A39\u00E3\u00D0\u0001")),
        (Sleeping, probe => IsSwap(probe,
            ["S1SUSPEND", "S2SUSPEND", "ULSUSPEND", "LINHIB0001", "\u00ED\u00C3\u0002\u00E9\u0098\u0056\u00E5\u000C"])),
        (Swap, probe => IsSwap(probe, ["SWAPSPACE2", "SWAP-SPACE"])),
        ("an XFS file system", At(0, "XFSB")),
        ("a ReiserFS file system", probe => Any([0x2000, 0x10000], offset =>
            Any(["ReIsErFs", "ReIsEr2Fs", "ReIsEr3Fs"], magic => probe.Has(offset + 0x34, magic) || probe.Has(offset + 0x14, magic)))),
        ("a Reiser4 file system", At(0x10000, "ReIsEr4")),
        ("a JFS file system", probe => probe.Has(0x8000, "JFS1") && probe.Little32(0x8010) == 1u << (probe.Little16(0x8014)!.Value & 31)),
        ("a UDF file system", IsUdf),
        ("an ISO 9660 file system", At(0x8001, "CD001")),
        ("a High Sierra file system", At(0x8009, "CDROM")),
        ("a ZFS pool", IsZfs),
        ("an HFS+ file system", probe =>
            (probe.Has(1024, "H+") && probe.Big16(1026) == 4) || (probe.Has(1024, "HX") && probe.Big16(1026) == 5)),
        ("an HFS+ file system in an HFS wrapper", probe => IsHfs(probe) && (probe.Has(1024 + 0x7C, "H+") || probe.Has(1024 + 0x7C, "HX"))),
        ("an HFS file system", IsHfs),
        ("a UFS file system", probe => Any([0, 8 << 10, 64 << 10, 256 << 10], offset =>
            probe.Little32(offset + 0x55C) is 0x00011954 or 0x19540119 || probe.Big32(offset + 0x55C) is 0x00011954 or 0x19540119)),
        ("an HPFS file system", At(16 * 512, "I\u00E8\u0095\u00F9")),
        ("a ReFS file system", At(0, "\0\0\0ReFS\0")),
        ("a cramfs file system", probe => Any([0, 512], offset => probe.Has(offset, "E=\u00CD(") || probe.Has(offset, "(\u00CD=E"))),
        ("a romfs file system", At(0, "-rom1fs-")),
        ("a GFS2 file system", At(0x10000, "\u0001\u0016\u0019p")),
        ("an OCFS2 file system", probe => Any([1024, 2048, 4096, 8192], offset => probe.Has(offset, "OCFSV2"))),
        ("a VxFS file system", At(1024, "\u00F5\u00FC\u0001\u00A5")),
        ("a squashfs file system", At(0, "hsqs")),
        ("a squashfs file system", At(0, "sqsh")),
        ("a btrfs file system", At(0x10040, "_BHRfS_M")),
        ("a UBI image", At(0, "UBI#")),
        ("a UBIFS file system", At(0, "1\u0018\u0010\u0006")),
        ("a VMFS file system", At(2 << 20, "^\u00F1\u00AB/")),
        ("a BeFS file system", probe => probe.Has(32, "BFS1") || probe.Has(32, "1SFB") || probe.Has(544, "BFS1") || probe.Has(544, "1SFB")),
        ("a NILFS2 file system", probe =>
            probe.Has(1024 + 6, "44") && probe.Little32(1024) == 2 && probe.Little16(1024 + 8) is >= 248 and <= 1024),
        ("an exFAT file system", At(3, "EXFAT   ")),
        ("an F2FS file system", At(1024, "\u0010 \u00F5\u00F2")),
        ("an APFS container", probe => probe.Has(32, "NXSB") && probe.Little16(24) == 1 && probe.Little16(28) == 0
            && probe.Little32(36) is { } size && BitOperations.IsPow2(size)),
        ("a zonefs file system", At(0, "SFOZ")),
        ("an erofs file system", At(1024, "\u00E2\u00E1\u00F5\u00E0")),
        ("a minix file system", probe => probe.Little16(1024 + 16) is 0x137F or 0x138F or 0x2468 or 0x2478
            && probe.Little16(1024 + 10) is <= 16 && probe.Little16(1024) > 0 && probe.Little16(1024 + 4) > 0),
    ];

    /// <summary>Returns what a volume is; null when it is none of these.</summary>
    public static string? Find(VolumeProbe probe) => Array.Find(Kinds, kind => kind.IsThere(probe)).Name;

    /// <param name="offset">From the end of the volume when it is negative.</param>
    private static Func<VolumeProbe, bool> At(long offset, string magic) => probe =>
        probe.Has(offset < 0 ? probe.Length + offset : offset, magic);

    private static bool Any<T>(T[] candidates, Func<T, bool> isThere) => Array.Exists(candidates, candidate => isThere(candidate));

    private static bool IsSwap(VolumeProbe probe, string[] magics) =>
        Any(PageSizes, page => Any(magics, magic => probe.Has(page - 10, magic)));

    private static bool IsHfs(VolumeProbe probe) =>
        probe.Has(1024, "BD") && probe.Big32(1024 + 0x14) is > 0 and { } size && size % 512 == 0;

    // Version 0.90 at the last 64 KiB that are aligned to as many, in the byte order of its machine; 1.0 near the end, 1.1 at the
    // beginning, 1.2 at 4 KiB.
    private static bool IsRaid(VolumeProbe probe)
    {
        long old = (probe.Length & ~0xFFFFL) - 0x10000;
        if (probe.Little32(old) == RaidMagic || probe.Big32(old) == RaidMagic)
            return true;
        long last = ((probe.Length / 512) - 16) & ~7L;
        return Any([0, 4096, last * 512], offset =>
            probe.Little32(offset) == RaidMagic && probe.Little32(offset + 4) == 1 && probe.Little64(offset + 144) == (ulong)offset / 512);
    }

    // The descriptors from 32 KiB on are 2 KiB long, or as long as a block.
    private static bool IsUdf(VolumeProbe probe)
    {
        foreach (int size in (int[])[2048, 4096])
        {
            for (int i = 0; i < 64; i++)
            {
                long identifier = 0x8000 + ((long)i * size) + 1;
                if (probe.Has(identifier, "NSR02") || probe.Has(identifier, "NSR03"))
                    return true;
                if (!Any(["BEA01", "BOOT2", "CD001", "CDW02", "TEA01"], known => probe.Has(identifier, known)))
                    break;
            }
        }

        return false;
    }

    // Four labels of 256 KiB, two at either end, each with a ring of uberblocks in its second half.
    private static bool IsZfs(VolumeProbe probe)
    {
        const int label = 256 << 10, ring = 128 << 10;
        int found = 0;
        long end = probe.Length & ~(label - 1L);
        foreach (long start in (long[])[0, label, end - (2 * label), end - label])
        {
            for (int at = ring; at < label && found < ZfsMinUberblocks; at += 1024)
                found += probe.Little32(start + at) == ZfsMagic || probe.Big32(start + at + 4) == ZfsMagic ? 1 : 0;
        }

        return found >= ZfsMinUberblocks;
    }
}
