using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Images.Ingest;
using Mig.Machines.Coverage;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using TreeEntry = Mig.History.Trees.TreeEntry;

namespace Mig.Tests.Images.FileViews;

/// <summary>On FAT and NTFS, too, damage costs itself; and what was erased stays erased.</summary>
public sealed class DamagedForeignVolumeTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_broken_chain_of_FAT_costs_its_file()
    {
        string disk = TestDisks.Fat(_repository.Files, "disk", "-F 16 -s 4", 16384);
        Break(disk, "c:/EFI/BOOT/BOOTX64.EFI", 3);
        VolumeReport volume = Commit();
        Assert.Equal("/EFI/BOOT/BOOTX64.EFI", UnreadSentence.PathOf(Assert.Single(volume.Unread)));
        Assert.Contains("FAT-022", volume.Unread[0].Reason, StringComparison.Ordinal);
        AssertRest(60 + 1);
    }

    [Fact]
    public void A_broken_chain_of_a_FAT_directory_costs_the_names_behind_it()
    {
        string disk = TestDisks.Fat(_repository.Files, "disk", "-F 16 -s 1", 16384);
        Break(disk, "c:/EFI/a vendor", 0);
        VolumeReport volume = Commit();
        Assert.Equal("/EFI/a vendor", UnreadSentence.PathOf(Assert.Single(volume.Unread)));
        Assert.InRange(List().Keys.Count(path => path.StartsWith("/EFI/a vendor/", StringComparison.Ordinal)), 10, 59);
        Assert.Contains("/EFI/BOOT/BOOTX64.EFI", List().Keys);
    }

    [Fact]
    public void A_FAT_volume_that_was_cut_short_is_read_as_far_as_it_is_there()
    {
        string disk = TestDisks.Fat(_repository.Files, "disk", "-F 16 -s 4", 16384);
        string[] lines = FatTools.Run(disk, "for n in $(seq 0 59); do mshowfat \"c:/EFI/a vendor/file$n.txt\"; done")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        (string Path, int Last)[] files =
            [.. lines.Where(line => line.Contains('<', StringComparison.Ordinal))
            .Select(line => (Regex.Match(line, "EFI/a vendor/[^ ]*txt").Value,
            int.Parse(Regex.Matches(line, @"\d+(?=>)")[^1].Value, CultureInfo.InvariantCulture)))];
        Assert.True(files.Length > 50);
        int cut = files[30].Last;
        long length = OffsetOfCluster(disk, cut);
        using (FileStream file = File.OpenWrite(disk))
            file.SetLength(length);
        VolumeReport volume = Commit();
        Assert.Contains(volume.Unread, unread => unread.Path.IsEmpty && unread.Reason.StartsWith("FAT-007", StringComparison.Ordinal));
        string[] lost = [.. files.Where(file => file.Last >= cut).Select(file => "/" + file.Path), "/os-release"];
        Assert.Equal(lost.Order(StringComparer.Ordinal), volume.Unread.Where(unread => !unread.Path.IsEmpty).Select(UnreadSentence.PathOf)
            .Order(StringComparer.Ordinal));
        Assert.Equal("the volume was cut short", volume.FreeSpaceDoubt.Split(':')[0]);

        // mtools read the others, too.
        Dictionary<string, TreeEntry> shown = List();
        foreach ((string path, _) in files.Where(file => file.Last < cut).Take(5))
            Assert.Equal(FatTools.Run(disk, "mtype \"c:/$1\" | sha256sum", path).Split(' ')[0], shown["/" + path].Sha256.ToString());
        AssertRest(60 + 2 - lost.Length);
    }

    [Fact]
    public void A_FAT_volume_that_ends_in_its_tables_has_no_files()
    {
        string disk = TestDisks.Fat(_repository.Files, "disk", "-F 16 -s 4", 16384);
        using (FileStream file = File.OpenWrite(disk))
            file.SetLength(3 * 512);
        Assert.StartsWith("FAT-007", Assert.Single(_repository.AssertExact("disk").Disks[0].Volumes).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_NTFS_volume_that_was_cut_short_is_read_as_far_as_it_is_there()
    {
        string disk = MakeNtfs(out _, out _);
        using (FileStream file = File.OpenWrite(disk))
            file.SetLength(file.Length - (1 << 20));
        VolumeReport volume = Commit();
        Assert.Contains(volume.Unread, unread => unread.Path.IsEmpty && unread.Reason.StartsWith("NTFS-003", StringComparison.Ordinal));
        AssertRest(60 + 6 - volume.Unread.Count(unread => !unread.Path.IsEmpty));
    }

    [Fact]
    public void An_erased_FAT_label_stays_erased()
    {
        string disk = TestDisks.Fat(_repository.Files, "disk", "-F 16 -s 4 -n ERASED", 16384);
        Assert.Equal("ERASED", Commit().Label);
        byte[] bytes = File.ReadAllBytes(disk);
        int boot = bytes.AsSpan().IndexOf("ERASED     "u8), root = boot + 1 + bytes.AsSpan(boot + 1).IndexOf("ERASED     "u8);
        Assert.Equal(0x2B, boot);
        bytes[root] = 0xE5;
        File.WriteAllBytes(disk, bytes);
        Assert.Contains("has no label", FatTools.Run(disk, "mlabel -s c:"), StringComparison.Ordinal);
        Assert.Equal("", Commit().Label);
    }

    [Fact]
    public void A_damaged_MFT_record_costs_its_file()
    {
        string disk = MakeNtfs(out long record, out _);
        Overwrite(disk, Mft(disk) + (record * 1024), "BAAD"u8);
        VolumeReport volume = Commit();
        Assert.Equal("/usr/exact", UnreadSentence.PathOf(Assert.Single(volume.Unread)));
        using (var mount = new NtfsMount(disk, "ro"))
            Assert.Throws<IOException>(() => File.ReadAllBytes(Path.Combine(mount.Path, "usr/exact")));
        AssertRest(60 + 5);
    }

    [Fact]
    public void A_damaged_index_block_costs_the_names_in_it()
    {
        string disk = MakeNtfs(out _, out int names);
        byte[] bytes = File.ReadAllBytes(disk);
        int at = bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes("file31.txt"));
        while (at > 0 && !bytes.AsSpan(at / 4096 * 4096).StartsWith("INDX"u8))
            at += 1 + bytes.AsSpan(at + 1).IndexOf(Encoding.Unicode.GetBytes("file31.txt"));
        Overwrite(disk, at / 4096 * 4096, "BAAD"u8);
        VolumeReport volume = Commit();
        Assert.Equal("/usr/share/doc", UnreadSentence.PathOf(Assert.Single(volume.Unread)));
        Assert.InRange(List().Keys.Count(path => path.StartsWith("/usr/share/doc/", StringComparison.Ordinal)), 1, names - 1);
        Assert.Contains("/usr/exact", List().Keys);
    }

    private VolumeReport Commit()
    {
        VolumeReport volume = Assert.Single(_repository.AssertExact("disk").Disks[0].Volumes);
        Assert.Equal("", volume.Reason);
        _repository.AssertClean();
        return volume;
    }

    // All other files are those that were put there.
    private void AssertRest(int count)
    {
        HashSet<string> known = [.. Tool.Run("sh", "-c", $"find '{TestDisks.Sources(_repository.Files)}' -type f -exec sha256sum {{}} +")
            .Split('\n').Where(line => line.Length > 64).Select(line => line[..64])];
        TreeEntry[] files = [.. List().Values.Where(entry => entry.Type == TreeEntryType.File)];
        Assert.Equal(count, files.Length);
        Assert.All(files, file => Assert.Contains(file.Sha256.ToString()!, known));
    }

    private Dictionary<string, TreeEntry> List()
    {
        using Repository repository = _repository.Open();
        var browser = new ImageBrowser(repository);
        return browser.ListAll(browser.Find("HEAD:/"))
            .ToDictionary(found => "/" + Encoding.UTF8.GetString(found.Path.Span), found => found.Entry);
    }

    /// <summary>Says in both tables that a cluster of a chain is free.</summary>
    private static void Break(string disk, string path, int index)
    {
        Match run = Regex.Match(FatTools.Run(disk, "mshowfat \"$1\"", path), @"<(\d+)(?:-(\d+))?>");
        int cluster = int.Parse(run.Groups[1].Value, CultureInfo.InvariantCulture) + index;
        byte[] bytes = File.ReadAllBytes(disk);
        int first = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(0x0E)) * 512,
            length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(0x16)) * 512;
        for (int copy = 0; copy < bytes[0x10]; copy++)
            bytes.AsSpan(first + (copy * length) + (cluster * 2), 2).Clear();
        File.WriteAllBytes(disk, bytes);
    }

    private static long OffsetOfCluster(string disk, int cluster)
    {
        byte[] boot = File.ReadAllBytes(disk)[..512];
        long shortTable = BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(0x16)), table = shortTable > 0 ? shortTable
            : BinaryPrimitives.ReadUInt32LittleEndian(boot.AsSpan(0x24));
        long data = BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(0x0E)) + (boot[0x10] * table)
            + (BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(0x11)) * 32 / 512);
        return (data + ((cluster - 2L) * boot[0x0D])) * 512;
    }

    private string MakeNtfs(out long record, out int names)
    {
        string disk = _repository.Files["disk"];
        NtfsMount.Make(disk, "32M", "-c 4096");
        using var mount = new NtfsMount(disk);
        Tool.Run("cp", "-r", "--no-preserve=all", TestDisks.Sources(_repository.Files) + "/.", mount.Path);
        names = Directory.GetFiles(Path.Combine(mount.Path, "usr/share/doc")).Length;
        record = long.Parse(Tool.Run("stat", "-c", "%i", Path.Combine(mount.Path, "usr/exact")), CultureInfo.InvariantCulture);
        return disk;
    }

    private static long Mft(string disk) => BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(disk).AsSpan(0x30)) * 4096;

    private static void Overwrite(string disk, long offset, ReadOnlySpan<byte> bytes)
    {
        using FileStream file = File.OpenWrite(disk);
        file.Position = offset;
        file.Write(bytes);
    }
}
