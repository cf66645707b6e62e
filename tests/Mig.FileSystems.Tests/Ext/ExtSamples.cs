using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>Small images to damage, made once: with checksums and without, with block maps, inline data and a journal.</summary>
public sealed class ExtSamples : IDisposable
{
    private const string FillScript = """
        cd "$1"; mkdir folder; for i in {1..60}; do : > folder/a-file-with-quite-a-long-name-$i; done
        seq 1 3000 > file; for i in {1..7}; do printf x | dd of=fragments bs=1 seek=$((i * 5000)) conv=notrunc status=none; done
        for i in {1..20}; do printf x | dd of=tree bs=1 seek=$((i * 5000)) conv=notrunc status=none; done
        ln -s short fast; ln -s "$(printf 'x%.0s' {1..100})" slow; mknod device c 1 3
        echo x > xattr; setfattr -n user.large -v "$(printf 'v%.0s' {1..400})" xattr; setfattr -n user.small -v s xattr
        echo x > acl; setfacl -m u:1:r acl; echo inline > small
        """;

    private readonly TemporaryFolder _folder = new();

    public ExtSamples()
    {
        string source = _folder.File("source");
        Directory.CreateDirectory(source);
        Tool.RunScript(FillScript, source);
        Plain = Make("plain", "-t ext4 -b 1024 -N 128 -O ^metadata_csum,^64bit,^has_journal,^resize_inode", source);
        Checksummed = Make("checksummed", "-t ext4 -b 1024 -N 128 -O ^has_journal,^resize_inode", source);
        BlockMapped = Make("mapped", "-t ext2 -b 1024 -N 128 -O ^resize_inode", source);
        Inline = Make("inline", "-t ext4 -b 1024 -N 128 -O inline_data,^metadata_csum,^64bit,^has_journal,^resize_inode", source);
        Indexed = MakeIndexed();
        AttributeInodes = MakeAttributeInodes();
        Journalled = MakeJournalled("journalled", "-O ^metadata_csum,^64bit", "");
        JournalChecksummed = MakeJournalled("journal-checksummed", "", "-c -v 3");
    }

    public byte[] Plain { get; }

    public byte[] Checksummed { get; }

    public byte[] BlockMapped { get; }

    public byte[] Inline { get; }

    /// <summary>With checksums and a directory that has a hash index.</summary>
    public byte[] Indexed { get; }

    public byte[] AttributeInodes { get; }

    /// <summary>
    /// With a transaction to recover, and no checksums: block 1 of the journal is a descriptor, 2 a copy, 3 a commit, 4 a revocation, 5 a
    /// commit.
    /// </summary>
    public byte[] Journalled { get; }

    public byte[] JournalChecksummed { get; }

    public void Dispose() => _folder.Dispose();

    private byte[] Make(string name, string options, string source)
    {
        ExtImages.MakeFromFolder(_folder.File(name), "512K", options, source);
        return File.ReadAllBytes(_folder.File(name));
    }

    private byte[] MakeIndexed()
    {
        string image = _folder.File("indexed");
        ExtImages.Make(image, "1M", "-t ext4 -b 1024 -N 128 -O ^has_journal,^resize_inode");
        using (var mount = new LoopMount(image, "defaults"))
            Tool.RunScript("cd \"$1\"; mkdir folder; touch folder/a-file-with-quite-a-long-name-{1..80}", mount.Path);
        return File.ReadAllBytes(image);
    }

    private byte[] MakeAttributeInodes()
    {
        string image = _folder.File("attributes");
        ExtImages.Make(image, "1M", "-t ext4 -b 1024 -N 128 -O ea_inode,^metadata_csum,^64bit,^has_journal,^resize_inode");
        using (var mount = new LoopMount(image, "defaults"))
            Tool.RunScript("cd \"$1\"; echo x > file; setfattr -n user.large -v \"$(printf 'v%.0s' {1..5000})\" file", mount.Path);
        return File.ReadAllBytes(image);
    }

    private byte[] MakeJournalled(string name, string options, string journalOptions)
    {
        string image = _folder.File(name);
        string content = _folder.File("content");
        string commands = _folder.File("commands");
        File.WriteAllText(content, new string('a', 1024));
        ExtImages.Make(image, "4M", $"-t ext4 -b 1024 -N 128 {options}");
        File.WriteAllText(commands, $"write {content} file\n");
        Tool.Read("debugfs", "-w", "-f", commands, image);
        string block = Tool.Read("debugfs", "-R", "blocks /file", image).Trim();
        File.WriteAllText(commands, $"jo {journalOptions}\njw -b {block} {content}\njw -r {block}\njc\n");
        Tool.Read("debugfs", "-w", "-f", commands, image);
        return File.ReadAllBytes(image);
    }
}
