using System.Globalization;
using System.Text;
using Mig.History.Diffs;
using Mig.History.Diffs.Text;
using Mig.History.Trees;
using Mig.Machines.Merging;

namespace Mig.Versions.Merging;

/// <summary>Says in one sentence what a side did to a path.</summary>
internal sealed class SideSentence(MergeContents contents)
{
    private const long MaxTextSize = 16 << 20;

    /// <param name="path">From the volume's root; decides how contents are told.</param>
    /// <param name="before">What there was; null for nothing.</param>
    /// <param name="after">What the side has; null for nothing.</param>
    public string Describe(string path, TreeEntry? before, TreeEntry? after)
    {
        if (after is null)
            return before is null ? "has nothing there" : "removed it";
        if (before is null)
            return $"added {Name(after)}";
        if (before.Type != after.Type)
            return $"made {Name(after)} of it";
        if (after.Type == TreeEntryType.HardLink)
            return before.LinkTarget.Span.SequenceEqual(after.LinkTarget.Span) ? "left it as it was"
                : $"linked it to {Text(after.LinkTarget)}, before to {Text(before.LinkTarget)}";
        List<string> changes = [.. Changes(path, before, after)];
        return changes.Count == 0 ? "left it as it was" : string.Join("; ", changes);
    }

    private IEnumerable<string> Changes(string path, TreeEntry before, TreeEntry after)
    {
        ChangeKinds kinds = EntryComparison.Compare(before, after);
        if ((kinds & ChangeKinds.Content) != 0)
            yield return Content(path, before, after);
        if ((kinds & ChangeKinds.Target) != 0)
            yield return $"link target '{Text(before.LinkTarget)}' -> '{Text(after.LinkTarget)}'";
        if ((kinds & ChangeKinds.Device) != 0)
            yield return $"device {before.DeviceMajor}:{before.DeviceMinor} -> {after.DeviceMajor}:{after.DeviceMinor}";
        if ((kinds & ChangeKinds.Mode) != 0)
            yield return $"mode {Octal(before.Mode)} -> {Octal(after.Mode)}";
        if ((kinds & ChangeKinds.Owner) != 0)
            yield return $"owner {before.Uid}:{before.Gid} -> {after.Uid}:{after.Gid}";
        if ((kinds & ChangeKinds.Attributes) != 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"attributes 0x{before.Attributes:x} -> 0x{after.Attributes:x}");
        if ((kinds & ChangeKinds.Xattrs) != 0)
            yield return "extended attributes "
                + $"{string.Join(", ", OtherXattrs(before, after).Union(OtherXattrs(after, before)).Order(StringComparer.Ordinal))}";
        if (kinds == ChangeKinds.Time)
            yield return "its time alone";
    }

    private string Content(string path, TreeEntry before, TreeEntry after)
    {
        if (Math.Max(before.Size, after.Size) <= MaxTextSize)
        {
            byte[] old = contents.Read(before, path, MaxTextSize), now = contents.Read(after, path, MaxTextSize);
            if (MachineTables.Parse(path, old, now) is [var was, var items] && EntryChanges.Describe(was, items) is { Length: > 0 } entries)
                return entries;
            if (!TextLines.IsBinary(old) && !TextLines.IsBinary(now))
            {
                IReadOnlyList<LineChange> lines = LineDiff.Compare(new TextLines(old), new TextLines(now));
                return $"{Lines(lines.Sum(change => change.Added))} added, {lines.Sum(change => change.Removed)} removed";
            }
        }

        return $"content of {before.Size} bytes -> {after.Size} bytes";
    }

    private static string Lines(int count) => count == 1 ? "1 line" : $"{count} lines";

    private static IEnumerable<string> OtherXattrs(TreeEntry side, TreeEntry other) => side.Xattrs
        .Where(xattr => !other.Xattrs.Any(same =>
            same.Name.Span.SequenceEqual(xattr.Name.Span) && same.Value.Span.SequenceEqual(xattr.Value.Span)))
        .Select(xattr => Text(xattr.Name));

    private static string Name(TreeEntry entry) => entry.Type switch
    {
        TreeEntryType.File => $"a file of {entry.Size} bytes, mode {Octal(entry.Mode)}",
        TreeEntryType.Directory => "a directory",
        TreeEntryType.SymbolicLink => $"a symbolic link to '{Text(entry.LinkTarget)}'",
        TreeEntryType.HardLink => $"a hard link to {Text(entry.LinkTarget)}",
        TreeEntryType.Fifo => "a fifo",
        TreeEntryType.Socket => "a socket",
        _ => $"a device {entry.DeviceMajor}:{entry.DeviceMinor}",
    };

    private static string Octal(int mode) => Convert.ToString(mode, 8);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
