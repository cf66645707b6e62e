using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Mig.FileSystems.Ext;

/// <summary>
/// What a superblock says that an administrator decides (tune2fs, mke2fs, resize2fs), by the names of dumpe2fs. What counts or dates what
/// happened (mounts, checks, writes, errors, free blocks) is none of it. Layout: kernel Documentation/filesystems/ext4, "Super Block".
/// </summary>
internal static class ExtSettings
{
    private const string Compatible =
        "dir_prealloc imagic_inodes has_journal ext_attr resize_inode dir_index lazy_bg - snapshot_bitmap sparse_super2 fast_commit "
        + "stable_inodes orphan_file";
    private const string Incompatible =
        "compression filetype - journal_dev meta_bg - extent 64bit mmp flex_bg ea_inode - dirdata metadata_csum_seed large_dir "
        + "inline_data encrypt casefold";
    private const string ReadOnly =
        "sparse_super large_file btree_dir huge_file uninit_bg dir_nlink extra_isize has_snapshot quota bigalloc metadata_csum replica "
        + "read-only project shared_blocks verity -";

    private static readonly string[] MountFlags =
        ["debug", "bsdgroups", "user_xattr", "acl", "uid16", "", "", "", "nobarrier", "block_validity", "discard", "nodelalloc"];

    /// <param name="bytes">1024 bytes with the right magic number.</param>
    public static IReadOnlyList<VolumeSetting> Read(ReadOnlySpan<byte> bytes)
    {
        var settings = new List<VolumeSetting>();
        AddFeatures(settings, U32(bytes, 0x5C), Compatible, 'C');
        AddFeatures(settings, U32(bytes, 0x60), Incompatible, 'I');
        AddFeatures(settings, U32(bytes, 0x64), ReadOnly, 'R');
        Add("reserved blocks", U32(bytes, 0x08) | ((long)U32(bytes, 0x154) << 32));
        Add("reserved blocks uid", U16(bytes, 0x50));
        Add("reserved blocks gid", U16(bytes, 0x52));
        AddText("errors behavior", U16(bytes, 0x3C) switch
        {
            1 => "continue",
            2 => "remount-ro",
            3 => "panic",
            var other =>
            other.ToString(CultureInfo.InvariantCulture)
        });
        Add("maximum mount count", (short)U16(bytes, 0x36));
        Add("check interval", U32(bytes, 0x44));
        AddText("default mount options", MountOptions(U32(bytes, 0x100)));
        AddText("mount options", Text(bytes.Slice(0x200, 64)));
        AddText("default directory hash", bytes[0xFC] switch
        {
            0 => "legacy",
            1 => "half_md4",
            2 => "tea",
            6 => "siphash",
            var other =>
            other.ToString(CultureInfo.InvariantCulture)
        });
        AddText("directory hash seed", Convert.ToHexStringLower(bytes.Slice(0xEC, 16)));
        Add("test file system", (U32(bytes, 0x160) >> 2) & 1);
        Add("RAID stride", U16(bytes, 0x164));
        Add("RAID stripe width", U32(bytes, 0x170));
        Add("MMP update interval", U16(bytes, 0x166));
        Add("character encoding", U16(bytes, 0x27C));
        Add("character encoding flags", U16(bytes, 0x27E));
        AddText("checksum seed", (U32(bytes, 0x60) & (uint)IncompatibleFeatures.ChecksumSeed) != 0
            ? string.Create(CultureInfo.InvariantCulture, $"0x{U32(bytes, 0x270):x8}") : "");
        Add("block count", U32(bytes, 0x04) | ((long)U32(bytes, 0x150) << 32));
        Add("block size", 1024L << (int)Math.Min(U32(bytes, 0x18), 52));
        Add("inode count", U32(bytes, 0x00));
        Add("inode size", U16(bytes, 0x58));
        Add("journal inode", U32(bytes, 0xE0));
        Add("journal size", U32(bytes, 0x10C + (16 * sizeof(uint))));
        AddText("journal UUID", Convert.ToHexStringLower(bytes.Slice(0xD0, 16)).TrimStart('0'));
        Add("user quota inode", U32(bytes, 0x240));
        Add("group quota inode", U32(bytes, 0x244));
        Add("project quota inode", U32(bytes, 0x26C));
        return settings;

        void Add(string name, long value) => AddText(name, value.ToString(CultureInfo.InvariantCulture));

        void AddText(string name, string value) => settings.Add(new VolumeSetting(name, value));
    }

    // One by one, so that each is told that came or went. "-" stands for what is none, or says only what state the file system is in
    // (needs_recovery, orphan_present).
    private static void AddFeatures(List<VolumeSetting> settings, uint flags, string names, char set)
    {
        string[] all = names.Split(' ');
        for (int bit = 0; bit < 32; bit++)
        {
            string name = bit < all.Length ? all[bit] : string.Create(CultureInfo.InvariantCulture, $"FEATURE_{set}{bit}");
            if ((flags & (1u << bit)) != 0 && name != "-")
                settings.Add(new VolumeSetting(VolumeSettings.FeaturePrefix + name, "on"));
        }
    }

    private static string MountOptions(uint flags)
    {
        var names = new List<string>();
        for (int bit = 0; bit < MountFlags.Length; bit++)
        {
            if ((flags & (1u << bit)) != 0 && MountFlags[bit].Length > 0)
                names.Add(MountFlags[bit]);
        }

        string journal = (flags & 0x60) switch
        {
            0x20 => "journal_data",
            0x40 => "journal_data_ordered",
            0x60 =>
            "journal_data_writeback",
            _ => ""
        };
        uint unknown = flags & ~0xF7Fu;
        return string.Join(' ', ((string[])[.. names, journal, unknown == 0 ? ""
            : string.Create(CultureInfo.InvariantCulture, $"0x{unknown:x}")]).Where(name => name.Length > 0));
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
