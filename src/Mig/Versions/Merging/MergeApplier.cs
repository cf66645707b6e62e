using System.Text;
using Mig.Core;
using Mig.FileSystems;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Merging;

namespace Mig.Versions.Merging;

/// <summary>
/// Carries out the operations of a merge through the writer of a file system, in an order in which each finds what it needs. Directories
/// keep the times that the merge gave them.
/// </summary>
internal sealed class MergeApplier(IFileSystemWriter writer, MergeContents contents)
{
    private const uint Protection = 0x30; // FS_IMMUTABLE_FL, FS_APPEND_FL: what they forbid to a machine's programs, a merge does

    private readonly Dictionary<string, Timestamp> _times = new(StringComparer.Ordinal);

    // Attributes that come last, so that they stand in the way of nothing.
    private readonly Dictionary<string, uint> _attributes = new(StringComparer.Ordinal);

    /// <param name="operations">Sorted by path.</param>
    public void Apply(IReadOnlyList<MergeOperation> operations)
    {
        // Directories that are yet to be made: there may be a file in their place.
        var made = new HashSet<string>(StringComparer.Ordinal);
        foreach (MergeOperation operation in operations)
        {
            KeepTime(operation);
            if (operation is { After.Type: TreeEntryType.Directory, Before: not { Type: TreeEntryType.Directory } })
                made.Add(Encoding.Latin1.GetString(operation.Path.Span));
            if (operation.Before is not null)
                Unprotect(operation.Path.Span);
            if (operation.Path.Span.LastIndexOf((byte)'/') is var slash and > 0
                && !made.Contains(Encoding.Latin1.GetString(operation.Path.Span[..slash])))
                Unprotect(operation.Path.Span[..slash]);
        }

        // From the bottom up: directories are empty when their turn comes.
        foreach (MergeOperation operation in operations.Reverse().Where(operation => operation.Before is not null && IsReplaced(operation)))
        {
            if (operation.Before!.Type == TreeEntryType.Directory)
                writer.RemoveDirectory(operation.Path.Span);
            else
                writer.Remove(operation.Path.Span);
            _attributes.Remove(Encoding.Latin1.GetString(operation.Path.Span));
        }

        foreach (MergeOperation operation in operations.Where(operation => operation.After is { Type: not TreeEntryType.HardLink }))
            Put(operation);
        foreach (MergeOperation operation in operations.Where(operation => operation.After is { Type: TreeEntryType.HardLink }))
            writer.CreateHardLink(operation.After!.LinkTarget.Span, operation.Path.Span);
        foreach ((string path, Timestamp time) in _times)
        {
            // Some are gone by now, or are files.
            byte[] directory = Encoding.Latin1.GetBytes(path);
            if (writer.Find(directory) is { Type: NodeType.Directory } node && node.ModifiedTime != time)
                writer.SetTimes(directory, time);
        }

        foreach ((string path, uint attributes) in _attributes)
        {
            byte[] place = Encoding.Latin1.GetBytes(path);
            if (writer.Find(place) is { } node && node.Attributes != attributes)
                writer.SetAttributes(place, attributes);
        }
    }

    private void Unprotect(ReadOnlySpan<byte> path)
    {
        if (writer.Find(path) is not { } node || (node.Attributes & Protection) == 0)
            return;
        writer.SetAttributes(path, node.Attributes & ~Protection);
        _attributes[Encoding.Latin1.GetString(path)] = node.Attributes;
    }

    private static bool IsReplaced(MergeOperation operation) =>
        operation.After is null || operation.Before!.Type != operation.After.Type
            || operation.After.Type is not (TreeEntryType.File or TreeEntryType.Directory)
        && (operation.After.Type == TreeEntryType.HardLink || !HasSameKind(operation.Before, operation.After));

    private static bool HasSameKind(TreeEntry before, TreeEntry after) =>
        before.LinkTarget.Span.SequenceEqual(after.LinkTarget.Span) && before.DeviceMajor == after.DeviceMajor
            && before.DeviceMinor == after.DeviceMinor;

    // What is done in a directory would change its time.
    private void KeepTime(MergeOperation operation)
    {
        if (operation.After is { Type: TreeEntryType.Directory } directory)
            _times[Encoding.Latin1.GetString(operation.Path.Span)] = directory.ModifiedTime;
        string path = Encoding.Latin1.GetString(operation.Path.Span);
        if (path.Length == 0)
            return;
        string parent = path[..Math.Max(0, path.LastIndexOf('/'))];
        if (!_times.ContainsKey(parent) && writer.Find(Encoding.Latin1.GetBytes(parent)) is { Type: NodeType.Directory } node)
            _times[parent] = node.ModifiedTime;
    }

    private void Put(MergeOperation operation)
    {
        TreeEntry after = operation.After!;
        ReadOnlySpan<byte> path = operation.Path.Span;
        var metadata = new NodeMetadata(after.Mode, after.Uid, after.Gid, after.ModifiedTime);
        TreeEntry? before = operation.Before is not null && !IsReplaced(operation) ? operation.Before : null;
        if (before is null)
        {
            switch (after.Type)
            {
                case TreeEntryType.File:
                    using (IByteSource content = contents.Open(after))
                        writer.CreateFile(path, metadata, content);
                    break;
                case TreeEntryType.Directory:
                    writer.CreateDirectory(path, metadata);
                    break;
                case TreeEntryType.SymbolicLink:
                    writer.CreateSymbolicLink(path, after.LinkTarget.Span, metadata);
                    break;
                default:
                    writer.CreateSpecial(path, NodeTypeOf(after.Type), after.DeviceMajor, after.DeviceMinor, metadata);
                    break;
            }

            SetRest(path, null, after);
            return;
        }

        if (after.Type == TreeEntryType.File && !History.Diffs.EntryComparison.HasSameContent(before, after))
        {
            using IByteSource content = contents.Open(after);
            writer.ReplaceContent(path, content);
        }

        if (before.Uid != after.Uid || before.Gid != after.Gid)
            writer.SetOwner(path, after.Uid, after.Gid);
        SetRest(path, before, after);
    }

    private void SetRest(ReadOnlySpan<byte> path, TreeEntry? before, TreeEntry after)
    {
        foreach (TreeXattr xattr in before?.Xattrs ?? [])
        {
            if (!after.Xattrs.Any(other => other.Name.Span.SequenceEqual(xattr.Name.Span)))
                writer.RemoveExtendedAttribute(path, xattr.Name.Span);
        }

        if (before is not null && before.Mode != after.Mode)
            writer.SetMode(path, after.Mode);
        foreach (TreeXattr xattr in after.Xattrs)
        {
            if (before?.Xattrs.Any(other =>
                other.Name.Span.SequenceEqual(xattr.Name.Span) && other.Value.Span.SequenceEqual(xattr.Value.Span)) != true)
                writer.SetExtendedAttribute(path, xattr.Name.Span, xattr.Value.Span);
        }

        if (((before?.Attributes ?? 0) & ~Protection) != (after.Attributes & ~Protection))
            writer.SetAttributes(path, after.Attributes & ~Protection);
        if ((after.Attributes & Protection) != 0 || (before?.Attributes & Protection) > 0)
            _attributes[Encoding.Latin1.GetString(path)] = after.Attributes;
        if (after.Type != TreeEntryType.Directory)
            SetTime(path, after.ModifiedTime);
    }

    private void SetTime(ReadOnlySpan<byte> path, Timestamp time)
    {
        if (writer.Find(path) is { } node && node.ModifiedTime != time)
            writer.SetTimes(path, time);
    }

    private static NodeType NodeTypeOf(TreeEntryType type) => type switch
    {
        TreeEntryType.CharacterDevice => NodeType.CharacterDevice,
        TreeEntryType.BlockDevice => NodeType.BlockDevice,
        TreeEntryType.Fifo => NodeType.Fifo,
        _ => NodeType.Socket,
    };
}
