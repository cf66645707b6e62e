using System.Text;
using Mig.Core;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.History.Images;

/// <summary>
/// The files that an image holds beside its disks: a directory with regular files and nothing else (docs/format.md, "Attachments"). All
/// that walks trees walks them, too.
/// </summary>
public static class ImageAttachments
{
    /// <summary>Most of them in one image.</summary>
    public const int MaxCount = 1024;

    /// <summary>Most bytes of a name, so that each is the name of a file everywhere.</summary>
    public const int MaxNameLength = 255;

    /// <summary>What stands for a disk in paths, as in <c>v1:@attachments/nvram</c>.</summary>
    public const string PlaceName = "attachments";

    /// <summary>The attachment with the memory and devices of a machine that was suspended.</summary>
    public const string MemoryName = "memory";

    /// <summary>The attachment that says what that machine was like, and which disks it had.</summary>
    public const string MachineName = "machine";

    private const int FileMode = 0x180; // 0600: the memory of a machine is nobody else's business

    /// <summary>Returns the attachments of an image, sorted by the bytes of their names; each is an entry of a regular file.</summary>
    /// <exception cref="CorruptStoreException">They are missing, damaged, or not what attachments can be.</exception>
    public static IReadOnlyList<TreeEntry> Read(IObjectSource store, MachineImage image)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(image);
        if (image.Attachments is not { } tree)
            return [];
        TreeNode node = TreeReader.ReadNode(store, tree); // so many fit into a leaf
        IReadOnlyList<TreeEntry> entries = node.Entries;
        if (node.Level != 0 || entries.Count is 0 or > MaxCount)
            throw Corrupt(tree, $"there are {(node.Level != 0 ? "more" : entries.Count)}, 1 to {MaxCount} allowed");
        foreach (TreeEntry entry in entries)
        {
            if (entry.Type != TreeEntryType.File)
                throw Corrupt(tree, $"one is a {entry.Type}, files are allowed");
            if (!Utf8Text.TryDecode(entry.Name.Span, out string? name))
                throw Corrupt(tree, "a name is not UTF-8");
            if (FindFault(name) is { } fault)
                throw Corrupt(tree, $"a name cannot be: {fault}");
        }

        return entries;
    }

    /// <summary>Stores attachments.</summary>
    /// <param name="entries">In any order; the names differ.</param>
    /// <returns>Null when there are none.</returns>
    public static TreeId? Write(IObjectSink writer, IEnumerable<TreeEntry> entries)
    {
        List<TreeEntry> sorted = [.. entries];
        sorted.Sort((left, right) => left.Name.Span.SequenceCompareTo(right.Name.Span));
        return sorted.Count == 0 ? null : new TreeWriter(writer).Write(sorted);
    }

    /// <summary>
    /// Returns the entry of an attachment: what it is called and holds, and nothing else, so that equal ones have equal ids.
    /// </summary>
    /// <param name="sha256">Of the whole content; null where its holes are too long to be hashed.</param>
    /// <param name="list">The chunks of a large one.</param>
    public static TreeEntry Entry(string name, long size, ObjectId? sha256, ListId? list) => new()
    {
        Name = Encoding.UTF8.GetBytes(name),
        Type = TreeEntryType.File,
        Mode = FileMode,
        Size = size,
        Sha256 = sha256,
        List = list,
    };

    /// <summary>The name of an attachment.</summary>
    public static string NameOf(TreeEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Encoding.UTF8.GetString(entry.Name.Span);
    }

    /// <summary>
    /// Tells whether attachments have a suspended machine among them: its memory is of no use beside other disks than it had.
    /// </summary>
    public static bool HaveMemory(IEnumerable<TreeEntry> entries) => entries.Count(IsOfMemory) == 2;

    /// <summary>Tells whether an attachment is a part of a suspended machine, where there is one.</summary>
    public static bool IsOfMemory(TreeEntry entry) => NameOf(entry) is MemoryName or MachineName;

    /// <summary>Says what is wrong with a name; null when nothing is.</summary>
    /// <remarks>It is the name of a file that an export makes, so it must not hide, lead elsewhere, or write to a terminal.</remarks>
    public static string? FindFault(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        return TreeName.FindFault(bytes) ?? (bytes.Length > MaxNameLength ? $"it has {bytes.Length} bytes, at most {MaxNameLength} allowed"
            : name[0] is '.' or '-' ? $"it begins with '{name[0]}'"
            : name.Any(char.IsControl) ? "it holds a control character"
            : null);
    }

    /// <summary>The attachments as a disk with one volume, for those who walk volumes; null when there are none.</summary>
    public static DiskVolume? AsVolume(MachineImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Attachments is not { } tree)
            return null;
        var root = new TreeEntry { Name = default, Type = TreeEntryType.Directory, Mode = 0x1C0, Tree = tree };
        var volume = new ImageVolume(0, default, "", "", "", "", "", root, "");
        return new DiskVolume(new ImageDisk(PlaceName, 0, "none", 512, null, [volume]), volume);
    }

    private static CorruptStoreException Corrupt(in TreeId tree, string what) => new("OBJ-002", $"attachments {tree}: {what}");
}
