using System.Text;
using Mig.Cli.Terminals;
using Mig.History.Diffs;
using Mig.History.Trees;
using Mig.Versions.Compare;

namespace Mig.Cli.Views;

/// <summary>What a change is called: its letter, its path, and in words what changed.</summary>
internal static class DiffNames
{
    private static readonly (ChangeKinds Kind, string Word)[] Words =
    [
        (ChangeKinds.Content, "content"), (ChangeKinds.Type, "type"), (ChangeKinds.Target, "target"), (ChangeKinds.Device, "device"),
            (ChangeKinds.Mode, "mode"),
        (ChangeKinds.Owner, "owner"), (ChangeKinds.Xattrs, "xattrs"), (ChangeKinds.Attributes, "attributes"),
        (ChangeKinds.HardLink, "hardLink"), (ChangeKinds.Time, "time"),
    ];

    /// <summary>Git's letters, and <c>m</c> for what changed in its metadata only.</summary>
    public static string Letter(TreeChange change)
    {
        if ((change.Kinds & ChangeKinds.Added) != 0)
            return "A";
        if ((change.Kinds & ChangeKinds.Removed) != 0)
            return "D";
        if ((change.Kinds & ChangeKinds.Renamed) != 0)
            return "R";
        if ((change.Kinds & ChangeKinds.Type) != 0)
            return "T";
        return change.IsMetadataOnly ? "m" : "M";
    }

    public static byte[] Path(VolumeComparison volume, ReadOnlyMemory<byte> path) =>
        [.. Encoding.UTF8.GetBytes(volume.Prefix), (byte)'/', .. path.Span];

    public static string SafePath(VolumeComparison volume, ReadOnlyMemory<byte> path) => SafeText.Name(Path(volume, path));

    /// <summary>Names of what changed in an entry that both versions have.</summary>
    public static IReadOnlyList<string> Aspects(TreeChange change) =>
        [.. Words.Where(word => (change.Kinds & word.Kind) != 0).Select(word => word.Word)];

    /// <summary>What changed in the metadata, with values where they are short; empty when only the time did.</summary>
    public static string Details(TreeChange change)
    {
        if (change is not { Before: { } before, After: { } after })
            return "";
        var parts = new List<string>();
        if ((change.Kinds & ChangeKinds.Mode) != 0)
            parts.Add($"mode {Octal(before.Mode)} -> {Octal(after.Mode)}");
        if ((change.Kinds & ChangeKinds.Owner) != 0)
            parts.Add($"owner {before.Uid}:{before.Gid} -> {after.Uid}:{after.Gid}");
        if ((change.Kinds & ChangeKinds.Xattrs) != 0)
            parts.Add("extended attributes");
        if ((change.Kinds & ChangeKinds.Attributes) != 0)
            parts.Add("attributes");
        if ((change.Kinds & ChangeKinds.HardLink) != 0)
            parts.Add("hard link");
        return parts.Count == 0 ? "" : $" ({string.Join(", ", parts)})";
    }

    /// <summary>Type and permissions as Git prints them, such as <c>100644</c>.</summary>
    public static string GitMode(TreeEntry entry) => entry.Type switch
    {
        TreeEntryType.SymbolicLink => "120000",
        TreeEntryType.Directory => "04" + Octal(entry.Mode),
        TreeEntryType.CharacterDevice => "02" + Octal(entry.Mode),
        TreeEntryType.BlockDevice => "06" + Octal(entry.Mode),
        TreeEntryType.Fifo => "01" + Octal(entry.Mode),
        TreeEntryType.Socket => "14" + Octal(entry.Mode),
        _ => "10" + Octal(entry.Mode),
    };

    private static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');
}
