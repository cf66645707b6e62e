using System.Buffers.Text;
using System.Text;
using Mig.Core;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>
/// Encrypted names, targets and contents are shown as they are stored. The kernel without the key shows the same names, encoded.
/// </summary>
public sealed class ExtEncryptionTests : IDisposable
{
    private const int HashSize = 8; // before the name's bytes, in what the kernel encodes

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("-t ext4 -b 4096 -O encrypt")]
    [InlineData("-t ext4 -b 4096 -O encrypt,inline_data -I 1024")]
    public void WhatIsEncryptedIsShownAsItIsStored(string options)
    {
        string image = _folder.File("image");
        ExtImages.Make(image, "16M", options);
        using (var mount = new LoopMount(image, "defaults"))
        {
            string secret = Path.Combine(mount.Path, "secret");
            Directory.CreateDirectory(secret);
            FileEncryption.Encrypt(secret);
            Tool.RunScript(
                "cd \"$1\"; touch file-{1..200}; seq 1 2000 > content; mkdir folder; touch folder/inside; ln -s short fast; ln -s "
                + "\"$(printf 't%.0s' {1..90})\" slow", secret);
        }

        Dictionary<long, (string Name, string Target)> expected;
        using (var mount = new LoopMount(image, "ro"))
        {
            expected = Tool.RunScript("cd \"$1/secret\"; find . -mindepth 1 -printf '%i %f %l\\n'", mount.Path)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static line => line.Split(' ')).ToDictionary(static parts =>
                    long.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), static parts => (parts[1], parts[2]));
        }

        using FileSource volume = FileSource.Open(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        long secretNode = fileSystem.ReadDirectory(fileSystem.RootNode)
            .Single(static entry => entry.Name.Span.SequenceEqual("secret"u8)).Node;
        Assert.Equal(0x800u, fileSystem.GetNode(secretNode).Attributes);
        var actual = fileSystem.ReadDirectory(secretNode).ToList();
        DirectoryEntry folder = actual.Single(entry => fileSystem.GetNode(entry.Node).Type == NodeType.Directory);
        actual.AddRange(fileSystem.ReadDirectory(folder.Node));

        Assert.Equal(expected.Keys.Order(), actual.Select(static entry => entry.Node).Order());
        foreach (DirectoryEntry entry in actual)
        {
            Assert.Equal(Decode(expected[entry.Node].Name)[HashSize..], entry.Name.ToArray());
            FileNode node = fileSystem.GetNode(entry.Node);
            if (node.Type == NodeType.SymbolicLink)
                // behind its length
                Assert.Equal(Decode(expected[entry.Node].Target)[HashSize..], node.LinkTarget.Span[sizeof(ushort)..].ToArray());
        }

        string dump = _folder.File("dump");
        FileNode content = actual.Select(entry => fileSystem.GetNode(entry.Node))
            .Single(static node => node.Type == NodeType.File && node.Size > 0);
        Tool.Read("debugfs", "-R", $"dump <{content.Number}> {dump}", image);
        byte[] bytes = new byte[content.Size];
        fileSystem.ReadContent(content.Number, 0, bytes);
        Assert.Equal(File.ReadAllBytes(dump), bytes);
        Assert.DoesNotContain("\n1000\n", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Decode(string encoded) => Base64Url.DecodeFromChars(encoded);
}
