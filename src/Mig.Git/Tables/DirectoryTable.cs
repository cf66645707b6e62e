using System.Globalization;
using Mig.History.Trees;

namespace Mig.Git.Tables;

/// <summary>
/// The table of a directory. It says nothing of times, and of directories in it no more than their own metadata: so two builds of the same
/// files have the same tables, and a change deep down
/// changes one table.
/// </summary>
internal static class DirectoryTable
{
    /// <summary>What stands in the place of a hash that would help to guess a secret.</summary>
    public const string Masked = "masked";

    private const int OctalBase = 8;
    private const int MaxValue = 64;

    /// <param name="isMasked">Tells whether the hash of a file is not published.</param>
    public static byte[] Write(IEnumerable<TreeEntry> entries, Func<TreeEntry, bool> isMasked)
    {
        var table = new Table("name", "type", "mode", "owner", "size", "sha256", "target", "attributes", "xattrs");
        foreach (TreeEntry entry in entries)
        {
            bool isLink = entry.Type == TreeEntryType.HardLink, isFile = entry.Type == TreeEntryType.File;
            table.Row(
                Cell.Escape(entry.Name.Span),
                TypeOf(entry.Type),
                isLink ? Cell.None : Mode(entry),
                isLink ? Cell.None : Owner(entry),
                isFile ? entry.Size.ToString(CultureInfo.InvariantCulture) : Cell.None,
                isFile ? Hash(entry, isMasked) : Cell.None,
                Target(entry),
                entry.Attributes == 0 ? Cell.None : string.Create(CultureInfo.InvariantCulture, $"0x{entry.Attributes:x}"),
                Xattrs(entry));
        }

        return table.ToArray();
    }

    public static string Mode(TreeEntry entry) => Convert.ToString(entry.Mode, OctalBase).PadLeft(4, '0');

    public static string Owner(TreeEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{entry.Uid}:{entry.Gid}");

    private static string Hash(TreeEntry entry, Func<TreeEntry, bool> isMasked) =>
        isMasked(entry) ? Masked : entry.Sha256 is { } hash ? hash.ToString() : "too-long";

    private static string TypeOf(TreeEntryType type) => type switch
    {
        TreeEntryType.File => "file",
        TreeEntryType.Directory => "directory",
        TreeEntryType.SymbolicLink => "symlink",
        TreeEntryType.CharacterDevice => "character-device",
        TreeEntryType.BlockDevice => "block-device",
        TreeEntryType.Fifo => "fifo",
        TreeEntryType.Socket => "socket",
        _ => "hardlink",
    };

    private static string Target(TreeEntry entry) => entry.Type switch
    {
        TreeEntryType.SymbolicLink or TreeEntryType.HardLink => Cell.Escape(entry.LinkTarget.Span),
        TreeEntryType.CharacterDevice or TreeEntryType.BlockDevice =>
            string.Create(CultureInfo.InvariantCulture, $"{entry.DeviceMajor}:{entry.DeviceMinor}"),
        _ => Cell.None,
    };

    private static string Xattrs(TreeEntry entry) => entry.Xattrs.Count == 0
        ? Cell.None
        : string.Join(' ', entry.Xattrs.Select(xattr => $"{Name(xattr.Name.Span)}={Value(xattr.Value.Span)}"));

    private static string Name(ReadOnlySpan<byte> name) => Cell.Escape(name).Replace(" ", "\\x20", StringComparison.Ordinal);

    private static string Value(ReadOnlySpan<byte> value)
    {
        if (value.Length > MaxValue)
            return $"sha256:{Core.ObjectId.Of(value)}";
        ReadOnlySpan<byte> text = value.TrimEnd((byte)0);
        return text.ContainsAnyExceptInRange((byte)'!', (byte)'~') || text.IsEmpty ? $"0x{Convert.ToHexStringLower(value)}"
            : Cell.Escape(text);
    }
}
