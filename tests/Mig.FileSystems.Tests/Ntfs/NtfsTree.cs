using System.Text;
using Mig.Core;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ntfs;

/// <summary>Reads NTFS trees through mig and through the tools of ntfs-3g, in forms that can be compared.</summary>
internal static class NtfsTree
{
    private static readonly string[] SystemNames = ["system.ntfs_acl", "system.ntfs_attrib_be", "system.ntfs_dos_name", "system.ntfs_ea",
        "system.ntfs_efsinfo", "system.ntfs_reparse_data"];

    /// <summary>Reads a tree with the attributes that are listed, and the others as text, one a line.</summary>
    public static (IReadOnlyList<TreeEntry> Entries, string SystemAttributes) Read(string image)
    {
        IReadOnlyList<TreeEntry> all = VolumeTree.Read(image, 0);
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        var entries = new List<TreeEntry>();
        foreach (TreeEntry entry in all)
        {
            string[] xattrs = entry.Xattrs.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            lines.UnionWith(xattrs.Where(static xattr => xattr.StartsWith("system.", StringComparison.Ordinal))
                .Select(xattr => $"{entry.Path} {xattr}"));
            entries.Add(entry with
            {
                Xattrs =
                string.Join(' ', xattrs.Where(static xattr => !xattr.StartsWith("system.", StringComparison.Ordinal)))
            });
        }

        return (entries, string.Join('\n', lines));
    }

    /// <summary>Asks ntfs-3g for the attributes that it does not list.</summary>
    public static string ReadSystemAttributes(string folder)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string name in SystemNames)
        {
            string output = Tool.RunScript(
                "cd \"$1\"; find . -mindepth 1 -print0 | xargs -0 getfattr -h -e hex -n \"$2\" 2>/dev/null || true", folder, name);
            string path = "";
            foreach (string line in output.Split('\n'))
            {
                if (line.StartsWith("# file: ", StringComparison.Ordinal))
                    path = "/" + TreeEntry.Escape(Unescape(line["# file: ".Length..]));
                else if (line.Length > 0)
                    lines.Add($"{path} {line.Replace("=0x", "=", StringComparison.Ordinal)}");
            }
        }

        return string.Join('\n', lines);
    }

    /// <summary>Compares free ranges with the bits of <c>$Bitmap</c> as <c>ntfscat</c> gives them.</summary>
    public static void AssertFreeAsNtfscat(string image, IFileSystem fileSystem)
    {
        string file = image + ".bitmap";
        Tool.RunScript("ntfscat -i 6 \"$1\" > \"$2\"", image, file);
        byte[] bitmap = File.ReadAllBytes(file);
        var expected = new List<ByteRange>();
        int clusterSize = fileSystem.Info.BlockSize;
        long clusters = fileSystem.Info.Length / clusterSize;
        for (long cluster = 0; cluster < clusters; cluster++)
        {
            if ((bitmap[cluster / 8] >> (int)(cluster % 8) & 1) != 0)
                continue;
            if (expected.Count > 0 && expected[^1].End == cluster * clusterSize)
                expected[^1] = expected[^1] with { Length = expected[^1].Length + clusterSize };
            else
                expected.Add(new ByteRange(cluster * clusterSize, clusterSize));
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected, fileSystem.GetFreeRanges());
        Assert.Equal(expected.Sum(static range => range.Length), fileSystem.Info.FreeBytes);
    }

    // As getfattr writes paths: what is not printable as a backslash and three octal digits.
    private static byte[] Unescape(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var result = new List<byte>();
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == (byte)'\\' && i + 3 < bytes.Length)
            {
                result.Add(Convert.ToByte(Encoding.ASCII.GetString(bytes, i + 1, 3), 8));
                i += 3;
            }
            else
            {
                result.Add(bytes[i]);
            }
        }

        return [.. result];
    }
}
