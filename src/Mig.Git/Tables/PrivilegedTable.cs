using System.Text;
using Mig.History.Trees;

namespace Mig.Git.Tables;

/// <summary>
/// The files that give rights: set-user-ID, set-group-ID, capabilities, writable by everybody, and devices outside of <c>/dev</c>. What a
/// directory has that did not change is taken from the table
/// of the version before.
/// </summary>
internal sealed class PrivilegedTable
{
    private const int SetUser = 0x800, SetGroup = 0x400, Sticky = 0x200, OthersWrite = 2;

    private static ReadOnlySpan<byte> Capability => "security.capability"u8;

    private readonly List<string> _rows = [];
    private readonly string[] _before;

    /// <param name="before">The table of the version before; empty when there is none.</param>
    public PrivilegedTable(ReadOnlySpan<byte> before)
    {
        _before = before.IsEmpty ? [] : [.. Encoding.UTF8.GetString(before).Split('\n').Skip(1).Where(line => line.Length > 0)];
        Array.Sort(_before, StringComparer.Ordinal);
    }

    /// <summary>Adds an entry, if it gives rights.</summary>
    /// <param name="directory">The path of its directory, with a slash at the end, as it stands in the table.</param>
    public void Add(string directory, TreeEntry entry)
    {
        if (Reasons(directory, entry) is { Length: > 0 } reasons)
            _rows.Add(string.Join('\t', directory + Cell.Escape(entry.Name.Span), reasons, DirectoryTable.Mode(entry),
                DirectoryTable.Owner(entry)));
    }

    /// <summary>Takes over the rows of all that is below a directory.</summary>
    public void Keep(string directory)
    {
        int at = Array.BinarySearch(_before, directory, StringComparer.Ordinal);
        for (at = at < 0 ? ~at : at; at < _before.Length && _before[at].StartsWith(directory, StringComparison.Ordinal); at++)
            _rows.Add(_before[at]);
    }

    public byte[] ToArray()
    {
        var table = new Table("path", "rights", "mode", "owner");
        foreach (string row in _rows.Order(StringComparer.Ordinal))
            table.Row(row.Split('\t'));
        return table.ToArray();
    }

    private static string Reasons(string directory, TreeEntry entry)
    {
        if (entry.Type is TreeEntryType.SymbolicLink or TreeEntryType.HardLink)
            return "";
        bool isDirectory = entry.Type == TreeEntryType.Directory,
            isDevice = entry.Type is TreeEntryType.BlockDevice or TreeEntryType.CharacterDevice;
        var reasons = new List<string>();
        if ((entry.Mode & SetUser) != 0 && !isDirectory)
            reasons.Add("setuid");
        if ((entry.Mode & SetGroup) != 0 && !isDirectory)
            reasons.Add("setgid");
        if (entry.Xattrs.Any(xattr => xattr.Name.Span.SequenceEqual(Capability)))
            reasons.Add("capabilities");
        if ((entry.Mode & OthersWrite) != 0 && !isDevice)
            reasons.Add(isDirectory && (entry.Mode & Sticky) != 0 ? "world-writable-sticky" : "world-writable");
        if (isDevice && !directory.StartsWith("/dev/", StringComparison.Ordinal))
            reasons.Add("device");
        return string.Join(',', reasons);
    }
}
