using System.Text;
using Mig.Core;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Fat.Writing;

/// <summary>What only FAT refuses, how it names, and which sectors it writes. What holds for every format is in the contract.</summary>
public sealed class FatWriterTests(FatSamples samples) : IClassFixture<FatSamples>, IDisposable
{
    private static readonly NodeMetadata Plain = new(0x1ED);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void WhatFatCannotHoldIsRefused()
    {
        byte[] image = [.. samples.Fat12];
        byte[] before = [.. image];
        using var target = new MemoryTarget(image);
        using IFileSystemWriter writer = Open(target);
        byte[] file = "/second"u8.ToArray();
        var attribute = "user.x"u8.ToArray();
        (RefusalReason Reason, Action Change)[] refused =
        [
            (RefusalReason.NotInFormat, () => writer.CreateSymbolicLink("/link"u8, "second"u8, Plain)),
            (RefusalReason.NotInFormat, () => writer.CreateHardLink(file, "/link"u8)),
            (RefusalReason.NotInFormat, () => writer.CreateSpecial("/fifo"u8, NodeType.Fifo, 0, 0, Plain)),
            (RefusalReason.NotInFormat, () => writer.SetOwner(file, 0, 1)),
            (RefusalReason.NotInFormat, () => writer.SetMode(file, 0x1A4)),
            (RefusalReason.NotInFormat, () => writer.SetMode("/folder"u8, 0x16D)),
            (RefusalReason.NotInFormat, () => writer.CreateFile("/new"u8, new NodeMetadata(0x1A4), new MemorySource(new byte[1]))),
            (RefusalReason.NotInFormat, () => writer.CreateFile("/new"u8, new NodeMetadata(0x1ED, Uid: 5), new MemorySource(new byte[1]))),
            (RefusalReason.NotInFormat, () => writer.SetTimes(file, new Timestamp(0, 0))),
            (RefusalReason.NotInFormat, () => writer.SetTimes(file, new Timestamp(4_354_819_200, 0))),
            (RefusalReason.NotInFormat, () => writer.SetTimes("/"u8, new Timestamp(1_000_000_000, 0))),
            (RefusalReason.BadAttribute, () => writer.SetAttributes(file, 0x10)),
            (RefusalReason.BadAttribute, () => writer.SetExtendedAttribute(file, attribute, [1])),
            (RefusalReason.BadAttribute, () => writer.SetExtendedAttribute(file, "system.ntfs_attrib"u8, [1])),
            (RefusalReason.BadAttribute, () => writer.SetExtendedAttribute(file, "system.ntfs_attrib"u8, [0x10, 0, 0, 0])),
            (RefusalReason.BadAttribute, () => writer.RemoveExtendedAttribute(file, attribute)),
            (RefusalReason.TooLarge, () => writer.SetLength(file, 1L << 32)),
            (RefusalReason.NoSpace, () => writer.SetLength(file, (1L << 32) - 1)),
            (RefusalReason.NameTaken, () => writer.CreateFile("/SECOND"u8, Plain, new MemorySource(new byte[1]))),
            (RefusalReason.NameTaken, () => writer.CreateFile("/alongn~1.tex"u8, Plain, new MemorySource(new byte[1]))),
            (RefusalReason.BadMove, () => writer.Rename("/folder"u8, "/FOLDER/x"u8)),
            .. new[] { "a:b", "a*", "a?", "a\"", "a<", "a>", "a|", "a\\b", "a\u0001", "a.", "a ", new string('x', 256) }.Select(name =>
                (RefusalReason.BadName, (Action)(() =>
                    writer.CreateFile(Encoding.UTF8.GetBytes("/" + name), Plain, new MemorySource(new byte[1]))))),
            (RefusalReason.BadName, () => writer.CreateDirectory([(byte)'/', 0xFF], Plain)),
        ];
        foreach ((RefusalReason reason, Action change) in refused)
            Assert.Equal(reason, Assert.Throws<RefusedOperationException>(change).Reason);
        Assert.Throws<NotFoundException>(() => writer.RemoveExtendedAttribute(file, "system.ntfs_attrib"u8));

        // What says the same as FAT does is none.
        writer.SetOwner(file, 0, 0);
        writer.SetMode(file, 0x1ED);
        writer.SetAttributes(file, 0);
        writer.Commit();
        Assert.True(before.AsSpan().SequenceEqual(image));
        Assert.Equal(new NodeMetadata(0x16D, 0, 0, new Timestamp(315_532_800, 0)),
            writer.Fit(NodeType.File, new NodeMetadata(0x124, 5, 6, new Timestamp(7, 0))));
        Assert.Equal(Plain, writer.Fit(NodeType.File, new NodeMetadata(0x1A4, 5)));
    }

    [Fact]
    public void ShortNamesAreMadeAsWindowsMakesThem()
    {
        string image = _folder.File("image");
        FatTools.Make(image, 1440, "-F 12");
        using (FileTarget target = FileTarget.Open(image))
        using (IFileSystemWriter writer = Open(target))
        {
            foreach (string name in (string[])["KERNEL.IMG", "initrd.img", "Grub.cfg", "vmlinuz-6.1.0-18-amd64", "vmlinuz-6.1.0-19-amd64",
                "archive.tar.gz", ".profile", "a+b.txt", "README", "readme.text", "two words.txt", "ü.txt", "BOOTX64.efi"])
                writer.CreateFile(Encoding.UTF8.GetBytes(name), Plain, new MemorySource(new byte[3]));
            writer.Commit();
            Assert.Equal("/vmlinuz-6.1.0-19-amd64"u8.ToArray(), writer.Resolve("/VMLINU~2.0-1"u8));
        }

        Assert.Null(FatImages.FindComplaint(image));
        string listing = FatImages.RunMtools(image, "mdir -i \"$i\" ::");
        foreach (string line in (string[])[
            "KERNEL   IMG", "initrd   img", "GRUB     CFG  Grub.cfg", "VMLINU~1 0-1  vmlinuz-6.1.0-18-amd64",
            "VMLINU~2 0-1  vmlinuz-6.1.0-19-amd64", "ARCHIV~1 GZ   archive.tar.gz", "PROFIL~1      .profile", "A_B~1    TXT  a+b.txt",
            "README  ", "README~1 TEX  readme.text", "TWOWOR~1 TXT  two words.txt", "_~1      TXT  ü.txt", "BOOTX64  efi"])
        {
            string[] parts = line.Split("  ", 2);
            Assert.True(listing.Split('\n').Any(row => row.StartsWith(line.Length > 12 ? line[..12] : line, StringComparison.Ordinal)
                && (line.Length <= 14 || row.EndsWith(line[14..], StringComparison.Ordinal))), $"{line} is not in\n{listing}");
        }
    }

    [Fact]
    public void APathMeansTheFileThatIsListedUnderIt()
    {
        // Against the rules, the short name of one is the name of another, which comes later.
        var patch = new FatPatch([.. samples.Fat12]);
        int entry = patch.Entry("ALONGN~1TEX");
        "EMPTY      "u8.CopyTo(patch.Image.AsSpan(entry));
        byte checksum = 0;
        foreach (byte character in "EMPTY      "u8)
            checksum = (byte)((checksum << 7) + (checksum >> 1) + character);
        for (int slot = 1; slot <= 3; slot++)
            patch.Image[entry - (slot * 32) + 13] = checksum; // of the long name's parts

        using var target = new MemoryTarget(patch.Image);
        using IFileSystemWriter writer = Open(target);
        Assert.Equal("/empty"u8.ToArray(), writer.Resolve("/empty"u8));
        Assert.Equal("/empty"u8.ToArray(), writer.Resolve("/EMPTY"u8));
        Assert.Equal(1, writer.Find("/A long name, with spaces.text"u8)!.Size);
        writer.Remove("/empty"u8);
        Assert.Equal("/A long name, with spaces.text"u8.ToArray(), writer.Resolve("/empty"u8)); // as nothing else has it now
    }

    [Fact]
    public void MtoolsGoOnWhereMigStopped()
    {
        string image = _folder.File("image");
        FatTools.Make(image, 34_000, "-F 32 -s 1");
        for (int round = 0; round < 3; round++)
        {
            using (FileTarget target = FileTarget.Open(image))
            using (IFileSystemWriter writer = Open(target))
            {
                writer.CreateDirectory(Encoding.ASCII.GetBytes($"/made {round}"), Plain);
                for (int i = 0; i < 30; i++)
                    writer.CreateFile(Encoding.ASCII.GetBytes($"/made {round}/a file of mig {i}"), Plain,
                        new MemorySource(new byte[i * 100]));
                if (round > 0)
                    writer.Remove(Encoding.ASCII.GetBytes($"/made {round - 1}/of mtools"));
                writer.Commit();
            }

            Assert.Null(FatImages.FindComplaint(image));
            FatImages.RunMtools(
                image, "head -c 5000 /dev/zero > \"$2\"; mcopy -i \"$i\" \"$2\" \"::made $1/of mtools\"; mdel -i \"$i\" \"::made $1/a "
                + "file of mig 7\"; mren -i \"$i\" \"::made $1/a file of mig 8\" \"::made $1/renamed\"", $"{round}", _folder.File("zeros"));
            Assert.Null(FatImages.FindComplaint(image));
        }

        Assert.Equal(91, VolumeTree.Read(image, 0).Count);
    }

    [Fact]
    public void OnlyWhatChangesIsWritten()
    {
        byte[] image = [.. samples.Fat16];
        byte[] before = [.. image];
        using var target = new MemoryTarget(image);
        List<ByteRange> free = GetFree(target);
        using IFileSystemWriter writer = Open(target);
        writer.CreateFile("/folder/a new file"u8, Plain, new MemorySource(new byte[5000]));
        writer.Append("/second"u8, new MemorySource(new byte[3000]));
        writer.Remove("/lower.txt"u8);
        Assert.All(target.Written, range => Assert.Contains(free, part => part.Contains(range)));
        int early = target.Written.Count;
        writer.Commit();

        var patch = new FatPatch(before);
        foreach (int sector in Enumerable.Range(0, image.Length / 512)
            .Where(i => !image.AsSpan(i * 512, 512).SequenceEqual(before.AsSpan(i * 512, 512))))
        {
            long offset = sector * 512L;
            bool isTable = offset >= patch.FatOffset && offset < patch.Data;
            bool isFolder = offset == patch.ClusterOffset(patch.FirstCluster("FOLDER     "));
            bool isTail = offset == patch.ClusterOffset(
                patch.FirstCluster("SECOND     ") + ((int)new FileInfoOf(patch, "SECOND     ").Size / 512));
            Assert.True(isTable || isFolder || isTail || free.Any(range => range.Contains(new ByteRange(offset, 512))),
                $"sector {sector} has changed");
        }

        Assert.InRange(target.Written.Count - early, 1, 12);
    }

    [Fact]
    public void ARootDirectoryThatIsFullStaysAsItIs()
    {
        byte[] image = [.. samples.Fat12];
        byte[] before = [.. image];
        using var target = new MemoryTarget(image);
        List<ByteRange> free = GetFree(target);
        using IFileSystemWriter writer = Open(target);
        var full = Assert.Throws<RefusedOperationException>(() =>
        {
            for (int i = 0; i < 40; i++)
                writer.CreateDirectory(Encoding.ASCII.GetBytes($"/{new string('n', 200)}{i}"), Plain);
        });
        Assert.Equal(RefusalReason.DirectoryFull, full.Reason);
        Assert.Contains("cannot grow", full.Message, StringComparison.Ordinal);
        long freeBytes;
        using (IFileSystem view = writer.Read())
            freeBytes = view.Info.FreeBytes;
        for (int i = 0; writer.Find(Encoding.ASCII.GetBytes($"/{new string('n', 200)}{i}")) is not null; i++, freeBytes += 512)
            writer.RemoveDirectory(Encoding.ASCII.GetBytes($"/{new string('n', 200)}{i}"));
        using (IFileSystem view = writer.Read())
            Assert.Equal(freeBytes, view.Info.FreeBytes);
        foreach (ByteRange range in free)
            before.AsSpan((int)range.Offset, (int)range.Length).CopyTo(image.AsSpan((int)range.Offset));
        Assert.True(before.AsSpan().SequenceEqual(image), "a cluster that was in use has changed");
    }

    [Fact]
    public void VolumesOfOtherKindsAreRefusedByName()
    {
        foreach ((int offset, string magic, string name) in ((int, string, string)[])[
            (0, "XFSB", "XFS"), (0x10040, "_BHRfS_M", "btrfs"), (3, "NTFS    ", "NTFS"), (3, "EXFAT   ", "exFAT")])
        {
            byte[] image = new byte[128 << 10];
            Encoding.ASCII.GetBytes(magic).CopyTo(image, offset);
            using var target = new MemoryTarget(image);
            Assert.Contains(name, Assert.Throws<UnsupportedFeatureException>(() =>
                FileSystemFormats.OpenWriter(target, Limits.Default, new TestClock())).Message, StringComparison.Ordinal);
        }

        using var empty = new MemoryTarget(new byte[128 << 10]);
        Assert.Null(FileSystemFormats.OpenWriter(empty, Limits.Default, new TestClock()));
    }

    [Fact]
    public void TheJudgesObject()
    {
        string damaged = _folder.File("damaged");
        var patch = new FatPatch(samples.Fat12);
        int second = patch.FirstCluster("SECOND     ");
        (int Offset, byte Value)[] damages =
        [
            (patch.FatOffset + (second * 3 / 2), 0xF7), // in one table only
            (patch.Entry("SECOND     ") + 0x1D, 0x77), // size
            (patch.Entry("SECOND     ") + 0x1A, (byte)(second + 1)), // first cluster
            (patch.Entry("SECOND     "), (byte)'*'),
            (patch.ClusterOffset(patch.FirstCluster("FOLDER     ")) + 32 + 0x1A, 9), // ".." of a directory in the root
        ];
        foreach ((int offset, byte value) in damages)
        {
            byte[] image = [.. samples.Fat12];
            image[offset] = value;
            File.WriteAllBytes(damaged, image);
            Assert.True(FatImages.FindComplaint(damaged) is not null, $"offset {offset}");
        }

        // mtools read what is there: another byte, another content.
        byte[] changed = [.. samples.Fat12];
        changed[patch.ClusterOffset(second)] ^= 1;
        File.WriteAllBytes(damaged, changed);
        FatImages.CopyOut(damaged, _folder.File("changed"));
        File.WriteAllBytes(damaged, samples.Fat12);
        FatImages.CopyOut(damaged, _folder.File("sound"));
        Assert.NotEqual(File.ReadAllBytes(_folder.File("sound/second")), File.ReadAllBytes(_folder.File("changed/second")));
    }

    public void Dispose() => _folder.Dispose();

    private static IFileSystemWriter Open(IByteTarget target) => FileSystemFormats.OpenWriter(target, Limits.Default, new TestClock())!;

    private static List<ByteRange> GetFree(IByteSource volume)
    {
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        return [.. fileSystem.GetFreeRanges()];
    }

    private readonly struct FileInfoOf(FatPatch patch, string name)
    {
        public uint Size => BitConverter.ToUInt32(patch.Image, patch.Entry(name) + 0x1C);
    }
}
