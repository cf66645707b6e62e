using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.Images.Ingest;
using FileSystemInfo = Mig.FileSystems.FileSystemInfo;

namespace Mig.Tests.Images.FileViews;

/// <summary>
/// What could not be read is listed, as long as an image can list it; beyond that, and without a root directory, a volume has no files.
/// </summary>
public sealed class UnreadNamesTests
{
    [Fact]
    public void Many_names_of_a_directory_become_one()
    {
        var names = new UnreadNames();
        for (int i = 0; i < UnreadPath.MaxCount + 1; i++)
            names.Add("/many"u8, Encoding.ASCII.GetBytes(i.ToString("d5", CultureInfo.InvariantCulture)), "EXT4-033: it is gone");
        names.Add("/etc"u8, "passwd"u8, "EXT4-031: it is wrong");
        IReadOnlyList<UnreadPath> list = names.ToList();
        Assert.Equal(["etc/passwd", "many"], list.Select(unread => Encoding.ASCII.GetString(unread.Path.Span)));
        Assert.Contains($"{UnreadPath.MaxCount + 1} names in it; the first is 'many/00000'", list[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_an_image_can_list_makes_a_volume_one_without_files()
    {
        var names = new UnreadNames();
        for (int i = 0; i < UnreadPath.MaxCount + 1; i++)
            names.Add(Encoding.ASCII.GetBytes($"/{i:d5}"), "name"u8, "EXT4-033: it is gone");
        Assert.StartsWith($"FS-008: {UnreadPath.MaxCount + 1} paths could not be read",
            Assert.Throws<CorruptImageException>(names.ToList).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_that_is_a_file_makes_a_volume_one_without_files()
    {
        using var fileSystem = new RootOfType(NodeType.File);
        Assert.StartsWith("FS-009: node 7, the root, is no directory",
            Assert.Throws<CorruptImageException>(() => VolumeScan.Run(fileSystem, Limits.Default)).Message, StringComparison.Ordinal);

        // The control: with a directory there it has no files, and that is not damage.
        using var sound = new RootOfType(NodeType.Directory);
        Assert.Empty(VolumeScan.Run(sound, Limits.Default).Unread);
    }

    private sealed class RootOfType(NodeType type) : IFileSystem
    {
        public FileSystemInfo Info => new("test", "", "", 512, 512, 0, []);

        public long RootNode => 7;

        public FileNode GetNode(long node, DamageList? damage = null) =>
            new()
            {
                Number = node, Type = type, Mode = 0, Uid = 0, Gid = 0, Size = 0, ModifiedTime = default, ChangedTime = default,
                LinkCount = 1
            };

        public IReadOnlyList<DirectoryEntry> ReadDirectory(long directory, DamageList? damage = null) => [];

        public IReadOnlyList<FileExtent> GetExtents(long file) => [];

        public void ReadContent(long file, long offset, Span<byte> destination) => destination.Clear();

        public IEnumerable<ByteRange> GetFreeRanges() => [];

        public void Watch(ISpaceWatcher watcher)
        {
        }

        public void Dispose()
        {
        }
    }
}
