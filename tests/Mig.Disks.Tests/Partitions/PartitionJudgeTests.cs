using System.Globalization;
using System.Text.Json;
using Mig.Core;
using Mig.Disks.Partitions;
using Mig.Testing;

namespace Mig.Disks.Tests.Partitions;

/// <summary>What sfdisk and sgdisk write and list is what mig lists.</summary>
public class PartitionJudgeTests
{
    private const long DiskLength = 64 << 20;

    private const string Mbr = """
        label: dos
        start=2048, size=8192, type=83, bootable
        start=16384, size=65536, type=5
        size=4096, type=7
        start=18432, size=2048, type=83
        start=22528, size=4096, type=82
        start=32768, size=8192, type=c
        """;

    private const string Mbr4096 = """
        label: dos
        start=256, size=1024, type=83
        start=2048, size=8192, type=f
        start=2304, size=512, type=83
        start=3328, size=512, type=83
        """;

    private const string Gpt = """
        label: gpt
        start=2048, size=8192, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name="EFI system"
        start=16384, size=8192, name="größer als π"
        start=32768, type=E6D6D379-F507-44C2-A23C-238F2A3DF928
        """;

    private const string Gpt4096 = """
        label: gpt
        start=256, size=1024, name="one"
        start=2048, size=1024, name="two"
        """;

    public static TheoryData<string, string, int> Scripts => new()
    {
        { "mbr", Mbr, 512 },
        { "mbr", Mbr4096, 4096 },
        { "gpt", Gpt, 512 },
        { "gpt", Gpt4096, 4096 },
    };

    [Theory]
    [MemberData(nameof(Scripts))]
    public void ListsWhatSfdiskLists(string scheme, string script, int sectorSize)
    {
        using var folder = new TestFolder();
        string path = Make(folder, script, sectorSize);
        if (scheme == "mbr" && sectorSize == 4096)
            MakeFileSystemAt(path, 256 * 4096);
        PartitionTable table = Read(path);
        Assert.Equal(scheme, table.Scheme);
        Assert.Equal(sectorSize, table.SectorSize);
        Assert.Empty(table.Warnings);
        Assert.NotEmpty(table.Partitions);
        Assert.Equal(ListOfSfdisk(path, sectorSize), table.Partitions.Select(Describe));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void PartxNumbersThemTheSame(string scheme, string script, int sectorSize)
    {
        using var folder = new TestFolder();
        string path = Make(folder, script, sectorSize);
        if (scheme == "mbr" && sectorSize == 4096)
            MakeFileSystemAt(path, 256 * 4096);
        using var loop = new LoopDevice(path, sectorSize);
        // It counts in sectors of 512 bytes whatever the device, and lists the extended partition too.
        IEnumerable<string> listed = Tool.Run("partx", "--show", "-b", "-g", "-o", "NR,START,SIZE,TYPE", loop.Path)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words[3] is not ("0x5" or "0xf"))
            .Select(words => $"{words[0]} {long.Parse(words[1], CultureInfo.InvariantCulture) * 512} {words[2]}");
        Assert.Equal(listed, Read(loop.Path).Partitions.Select(p => $"{p.Number} {p.Range.Offset} {p.Range.Length}"));
    }

    [Fact]
    public void ListsWhatSgdiskLists()
    {
        using var folder = new TestFolder();
        string path = folder["disk.raw"];
        using (FileStream file = File.Create(path))
            file.SetLength(DiskLength);
        Tool.Run("sgdisk", "-n", "7:2048:+4M", "-c", "7:seven", "-t", "7:8200", "-n", "2:20480:+1M", path);
        PartitionTable table = Read(path);
        Assert.Equal(["2", "7"], table.Partitions.Select(partition => $"{partition.Number}"));
        string printed = Tool.Run("sgdisk", "-p", path);
        foreach (Partition partition in table.Partitions)
        {
            string line = printed.Split('\n').Single(text => text.TrimStart().StartsWith($"{partition.Number} ", StringComparison.Ordinal));
            Assert.Equal([$"{partition.Number}", $"{partition.Range.Offset / 512}", $"{(partition.Range.End / 512) - 1}"],
                line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]);
        }

        Assert.Equal("seven", table.Partitions[1].Name);
        Assert.Equal("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", table.Partitions[1].Type);
    }

    [Fact]
    public void AHybridMbrIsAGpt()
    {
        using var folder = new TestFolder();
        string path = Make(folder, Gpt, 512);
        Tool.Run("sgdisk", "-h", "1:2", path);
        PartitionTable table = Read(path);
        Assert.Equal("gpt", table.Scheme);
        Assert.Equal(3, table.Partitions.Count);
    }

    [Fact]
    public void TheJudgeSeesOneWrongByte()
    {
        using var folder = new TestFolder();
        string path = Make(folder, Mbr, 512);
        IEnumerable<string> mine = Read(path).Partitions.Select(Describe);
        using (FileStream file = File.OpenWrite(path))
        {
            file.Position = 446 + 12;
            file.WriteByte(0x01);
        }

        Assert.NotEqual(ListOfSfdisk(path, 512), mine);
    }

    [Fact]
    public void TheJudgeSeesADamagedGptAndSoDoesMig()
    {
        using var folder = new TestFolder();
        string path = Make(folder, Gpt, 512);
        IReadOnlyList<Partition> whole = Read(path).Partitions;
        using (FileStream file = File.OpenWrite(path))
        {
            file.Position = 512 + 60;
            file.WriteByte(0x77);
        }

        Assert.Contains("corrupt", Tool.Try("sfdisk", "-J", path).Output, StringComparison.OrdinalIgnoreCase);
        PartitionTable table = Read(path);
        Assert.Equal(whole, table.Partitions);
        Assert.Contains(table.Warnings, warning => warning.Contains("the backup was used: header checksum", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mkfs.ext4 -q -F")]
    [InlineData("mkswap")]
    public void AFileSystemOnTheBareDiskIsNoPartitionTable(string command)
    {
        using var folder = new TestFolder();
        string path = folder["disk.raw"];
        using (FileStream file = File.Create(path))
            file.SetLength(DiskLength);
        string[] words = command.Split(' ');
        Tool.Run(words[0], [.. words[1..], path]);
        AssertBare(path);
    }

    [Fact]
    public void AFatFloppyIsNoPartitionTable()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder["files"]);
        File.WriteAllText(folder["files/a.txt"], "a");
        Tool.Run("qemu-img", "convert", "-f", "vvfat", "-O", "raw", $"fat:floppy:{folder["files"]}", folder["floppy.raw"]);
        AssertBare(folder["floppy.raw"]);
        Tool.Run("qemu-img", "convert", "-f", "vvfat", "-O", "raw", $"fat:{folder["files"]}", folder["disk.raw"]);
        PartitionTable table = Read(folder["disk.raw"]);
        Assert.Equal(["1 32256 528450048 06 "], table.Partitions.Select(Describe));
        Assert.Empty(table.Warnings);
    }

    private static void AssertBare(string path)
    {
        PartitionTable table = Read(path);
        Assert.Equal("none", table.Scheme);
        Assert.Empty(table.Partitions);
        Assert.Empty(table.Warnings);
    }

    private static string Make(TestFolder folder, string script, int sectorSize)
    {
        string path = folder["disk.raw"];
        using (FileStream file = File.Create(path))
            file.SetLength(DiskLength);
        using var loop = new LoopDevice(path, sectorSize);
        (int exitCode, string output) = Tool.TryWithInput("sfdisk", script, "-q", loop.Path);
        Assert.True(exitCode == 0, output);
        return path;
    }

    // Without anything in the partitions nobody can know in which sectors an MBR counts.
    private static void MakeFileSystemAt(string path, long offset)
    {
        Tool.Run("mkfs.ext4", "-q", "-F", "-E", $"offset={offset}", path, "4096");
    }

    private static PartitionTable Read(string path)
    {
        using DiskImage disk = DiskFormats.Open(path, "raw", Limits.Default);
        return PartitionTable.Read(disk.Content, Limits.Default);
    }

    private static string Describe(Partition partition) =>
        $"{partition.Number} {partition.Range.Offset} {partition.Range.Length} {partition.Type} {partition.Name}";

    private static List<string> ListOfSfdisk(string path, int sectorSize)
    {
        using var loop = new LoopDevice(path, sectorSize);
        using JsonDocument json = JsonDocument.Parse(Tool.Run("sfdisk", "-J", loop.Path));
        var lines = new List<string>();
        foreach (JsonElement element in json.RootElement.GetProperty("partitiontable").GetProperty("partitions").EnumerateArray())
        {
            string type = element.GetProperty("type").GetString()!.ToLowerInvariant();
            if (type is "5" or "f" or "85")
                continue;
            int number = int.Parse(element.GetProperty("node").GetString()![(loop.Path.Length + 1)..], CultureInfo.InvariantCulture);
            string name = element.TryGetProperty("name", out JsonElement value) ? value.GetString()! : "";
            lines.Add($"{number} {element.GetProperty("start").GetInt64() * sectorSize} "
                + $"{element.GetProperty("size").GetInt64() * sectorSize} {(type.Length < 2 ? $"0{type}" : type)} {name}");
        }

        return lines;
    }
}
