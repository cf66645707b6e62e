using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Machines.Files;

/// <summary>Finds paths as Windows does, on volumes of its file systems: backslashes part names, and case does not matter.</summary>
internal static class WindowsPath
{
    private static readonly byte[] DosName = "system.ntfs_dos_name"u8.ToArray();

    /// <summary>Tells whether a volume's names are found like that.</summary>
    public static bool IsUsedOn(ImageVolume volume) =>
        volume.Root is not null && volume.FileSystem is "ntfs" or "vfat" or "fat12" or "fat16" or "fat32" or "exfat" or "msdos";

    /// <summary>Returns a path with the names that stand there, separated by slashes; what does not exist stays as it is.</summary>
    /// <remarks>
    /// What stands there byte for byte comes first; among names that differ in case only, the first in the order of bytes.
    /// </remarks>
    public static byte[] Resolve(IObjectSource store, TreeEntry root, ReadOnlySpan<byte> path)
    {
        if (TreeLookup.Find(store, root, path) is not null)
            return path.ToArray();
        var names = new List<byte[]>();
        var entries = new List<TreeEntry?> { root };
        foreach (byte[] name in Split(path))
        {
            if (name.AsSpan().SequenceEqual("."u8))
                continue;
            if (name.AsSpan().SequenceEqual(".."u8))
            {
                if (names.Count > 0)
                {
                    names.RemoveAt(names.Count - 1);
                    entries.RemoveAt(entries.Count - 1);
                }

                continue;
            }

            TreeEntry? found = entries[^1] is { Type: TreeEntryType.Directory } directory ? Find(store, directory.Tree, name) : null;
            names.Add(found?.Name.ToArray() ?? name);
            entries.Add(found);
        }

        using var joined = new MemoryStream();
        foreach (byte[] name in names)
        {
            if (joined.Length > 0)
                joined.WriteByte((byte)'/');
            joined.Write(name);
        }

        return joined.ToArray();
    }

    /// <summary>Finds an entry; null when there is none on any reading of the path.</summary>
    public static TreeEntry? Find(IObjectSource store, TreeEntry root, ReadOnlySpan<byte> path) =>
        TreeLookup.Find(store, root, Resolve(store, root, path));

    private static TreeEntry? Find(IObjectSource store, TreeId tree, byte[] name)
    {
        if (TreeReader.Find(store, tree, name) is { } exact)
            return exact;
        string wanted = Encoding.UTF8.GetString(name);
        IReadOnlyList<TreeEntry> entries = TreeReader.ReadEntries(store, tree);
        return entries.FirstOrDefault(entry => IsSame(entry.Name.Span, wanted))
            ?? (wanted.Contains('~', StringComparison.Ordinal) ? entries.FirstOrDefault(entry =>
                entry.Xattrs.Any(xattr => xattr.Name.Span.SequenceEqual(DosName) && IsSame(xattr.Value.Span, wanted))) : null);
    }

    // Simple upper case, character by character, as NTFS has it in $UpCase.
    private static bool IsSame(ReadOnlySpan<byte> name, string wanted) =>
        string.Equals(Encoding.UTF8.GetString(name), wanted, StringComparison.OrdinalIgnoreCase);

    private static List<byte[]> Split(ReadOnlySpan<byte> path)
    {
        var names = new List<byte[]>();
        foreach (Range range in path.SplitAny("/\\"u8))
        {
            if (!path[range].IsEmpty)
                names.Add(path[range].ToArray());
        }

        return names;
    }
}
