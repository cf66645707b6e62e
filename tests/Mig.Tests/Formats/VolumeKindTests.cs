using System.Text;
using Mig.Core;
using Mig.Disks.Volumes;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Formats;

/// <summary>
/// Volumes that mig does not look into are named as libblkid names them: those of real tools, and those whose tools no distribution has.
/// </summary>
public class VolumeKindTests
{
    // How it is made, its length, what blkid calls it, what mig does, and a byte without which it is none.
    public static TheoryData<string, string, string, string, int> Made => new()
    {
        { "mkfs.f2fs -q v", "64M", "f2fs", "an F2FS file system", 1024 },
        { "mkudffs v >/dev/null", "2M", "udf", "a UDF file system", 0x8801 },
        { "genisoimage -quiet -o iso /etc/hostname; mv iso v", "1M", "iso9660", "an ISO 9660 file system", 0x8001 },
        { "genisoimage -quiet -udf -o iso /etc/hostname; mv iso v", "1M", "udf", "a UDF file system", -1 },
        { "mkfs.jfs -q v", "16M", "jfs", "a JFS file system", 0x8000 },
        { "mkfs.reiserfs -q -f v", "36M", "reiserfs", "a ReiserFS file system", 0x10034 },
        { "mkswap -q v", "1M", "swap", "swap space", 4086 },
        { "mkswap -q -p 65536 v", "2M", "swap", "swap space", 65526 },
        { "mkfs.btrfs -q v", "120M", "btrfs", "a btrfs file system", 0x10040 },
        { "mkfs.xfs -q v", "320M", "xfs", "an XFS file system", 0 },
        { "cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 v /etc/hostname", "4M", "crypto_LUKS",
            "an encrypted volume (LUKS)", 0 },
        { "mksquashfs /etc/hostname s -quiet -no-progress >/dev/null; mv s v", "1M", "squashfs", "a squashfs file system", 0 },
        { "mkdir d; cp /etc/hostname d; mkfs.erofs e d >/dev/null; mv e v", "1M", "erofs", "an erofs file system", 1024 },
        { "mkfs.exfat v >/dev/null", "8M", "exfat", "an exFAT file system", 3 },
        { "mkfs.nilfs2 -q v", "140M", "nilfs2", "a NILFS2 file system", -1 },
        { "mkfs.minix v >/dev/null", "1M", "minix", "a minix file system", 1040 },
        { "mkdir d; cp /etc/hostname d; mkfs.cramfs d c; mv c v", "1M", "cramfs", "a cramfs file system", 0 },
    };

    // Bytes that stand somewhere, a character for each, as libblkid wants them.
    public static TheoryData<string, string, string> Written => new()
    {
        { "0:\u00EBR\u0090-FVE-FS-", "BitLocker", "an encrypted volume (BitLocker)" },
        { "0:\u00EBX\u0090-FVE-FS-|176:\0\u0010|4096:-FVE-FS-\0\0\u0002\0", "BitLocker", "an encrypted volume (BitLocker)" },
        { "0:\u00EBX\u0090MSWIN4.1|424:;\u00D6gI).\u00D8J\u0083\u0099\u00F6\u00A39\u00E3\u00D0\u0001|440:\0\u0010|4096:-FVE-FS-\0\0\u0002\0", "BitLocker", "an encrypted volume (BitLocker)" },
        { "1024:H+\0\u0004|1064:\0\0\u0010\0", "hfsplus", "an HFS+ file system" },
        { "1024:BD|1044:\0\0\u0010\0", "hfs", "an HFS file system" },
        { "24:\u0001\0\0\u0080|32:NXSB\0\u0010\0\0", "apfs", "an APFS container" },
        { "1048576:\r\u00D0\u0001\u00C0", "VMFS_volume_member", "a member of a VMFS volume" },
        { "2097152:^\u00F1\u00AB/", "VMFS", "a VMFS file system" },
        { "0:\0\0\0ReFS\0", "ReFS", "a ReFS file system" },
        { "132096:\u000C\u00B1\u00BA\0|133120:\u000C\u00B1\u00BA\0|134144:\u000C\u00B1\u00BA\0|135168:\u000C\u00B1\u00BA\0|136192:\u000C\u00B1\u00BA\0", "zfs_member", "a ZFS pool" },
        { "4096:\u00FC\u004E+\u00A9\u0001\0\0\0|4240:\u0008\0\0\0\0\0\0\0", "linux_raid_member", "a member of a RAID array (MD)" },
        { "68091904:\u00FCN+\u00A9\0\0\0\0\u005A", "linux_raid_member", "a member of a RAID array (MD)" },
        { "4086:S1SUSPEND", "swsuspend", "swap space with the memory of a sleeping machine" },
        { "65536:\u0001\u0016\u0019p\0\0\0\u0001|65560:\0\0\u0007\u0009\0\0\u0007\u006C", "gfs2", "a GFS2 file system" },
    };

    [Theory]
    [MemberData(nameof(Made))]
    public void What_tools_make(string command, string length, string type, string name, int magic)
    {
        using var files = new TestFolder();
        Tool.Run("bash", "-euc", $"PATH=$PATH:/usr/sbin; cd '{files.Path}'; truncate -s {length} v; {command}");
        AssertNamed(files["v"], type, name);
        if (magic < 0)
            return;
        using (FileStream file = File.OpenWrite(files["v"]))
        {
            file.Position = magic;
            file.WriteByte(0x99);
        }

        Assert.DoesNotContain(name, Describe(files["v"]), StringComparison.Ordinal);
        Assert.NotEqual(type, Blkid(files["v"]));
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void What_no_tool_makes_here(string places, string type, string name)
    {
        using var files = new TestFolder();
        string path = files.Sparse("v", (65 << 20) + 512);
        using (FileStream file = File.OpenWrite(path))
        {
            foreach (string place in places.Split('|'))
            {
                file.Position = int.Parse(place.Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);
                file.Write(Encoding.Latin1.GetBytes(place[(place.IndexOf(':', StringComparison.Ordinal) + 1)..]));
            }
        }

        AssertNamed(path, type, name);
    }

    // BitLocker To Go looks like FAT, with programs that ask for the password: they are not what the volume holds.
    [Fact]
    public void BitLocker_behind_FAT_is_not_FAT()
    {
        using var repository = new TestRepository();
        string volume = repository.Files.Sparse("v", 40 << 20);
        Tool.Run("mkfs.fat", "-F", "32", volume);
        Assert.Equal("fat32", Assert.Single(repository.Commit("v").Disks).Volumes.Single().FileSystem); // negative control
        using (FileStream file = File.OpenWrite(volume))
        {
            file.Position = 424;
            file.Write(Convert.FromHexString("3BD66749292ED84A8399F6A339E3D001"));
        }

        Assert.Contains("BitLocker", Assert.Single(repository.Commit("v").Disks).Volumes.Single().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_and_noise_are_neither()
    {
        using var files = new TestFolder();
        Assert.Equal("it is empty", Describe(files.Sparse("zeros", 1 << 20)));
        foreach (int length in (int[])[1, 511, 4096, 300_000])
        {
            byte[] bytes = new byte[length];
            new Random(length).NextBytes(bytes);
            using var noise = new MemorySource(bytes);
            Assert.Equal("it holds no file system that mig knows", VolumeSignature.Describe(noise));
        }
    }

    [Fact]
    public void A_table_without_partitions_is_said_to_have_none()
    {
        using var repository = new TestRepository();
        foreach (string label in (string[])["gpt", "dos"])
        {
            string disk = repository.Files.Sparse(label, 8 << 20);
            Tool.Run("bash", "-euc", $"echo 'label: {label}' | /usr/sbin/sfdisk -q '{disk}'");
            Assert.Equal("its partition table has no partitions", Assert.Single(repository.Commit(disk).Disks).Volumes.Single().Reason);
        }
    }

    private static void AssertNamed(string path, string type, string name)
    {
        Assert.Equal(type, Blkid(path));
        Assert.Equal($"it holds {name}, which this mig keeps exactly but does not look into", Describe(path));
    }

    private static string Describe(string path)
    {
        using var source = FileSource.Open(path);
        return VolumeSignature.Describe(source);
    }

    private static string Blkid(string path) => Tool.Try("/usr/sbin/blkid", "-p", "-o", "value", "-s", "TYPE", path).Output.Trim();
}
