using Mig.Core;
using Mig.Edits.Accounts;
using Mig.Edits.Changes;
using Mig.Edits.Labels;
using Mig.FileSystems;

namespace Mig.Edits.Operations;

/// <summary>What all changes are made of: small steps on a volume that know what is there already, and log what they do.</summary>
internal sealed class NodeWriter(IFileSystemWriter writer, EditLog log, TimeProvider clock)
{
    public const int DefaultFileMode = 0x1A4; // 0644
    public const int DefaultDirectoryMode = 0x1ED; // 0755
    public const int LinkMode = 0x1FF; // 0777: what Linux gives all symbolic links
    private const int SetUid = 0x800;
    private const int SetGid = 0x400;
    private const int GroupExecutes = 8;

    private static readonly byte[] Capability = "security.capability"u8.ToArray();

    public AccountDatabase Accounts { get; } = new(writer);

    /// <summary>Labels what is new.</summary>
    public SecurityLabels Labels { get; } = new(writer, log);

    public IFileSystemWriter Writer => writer;

    public EditLog Log => log;

    public Timestamp Now => EditTime.Of(clock.GetUtcNow());

    /// <summary>Returns the path that symbolic links lead to in the end; the path itself where nothing is yet.</summary>
    /// <exception cref="NotFoundException">A link leads to nothing.</exception>
    public byte[] Follow(ReadOnlySpan<byte> path) =>
        writer.Find(path)?.Type == NodeType.SymbolicLink ? writer.Resolve(path) : VolumePath.Normalize(path);

    /// <summary>Returns a node that must be there.</summary>
    public FileNode Get(ReadOnlySpan<byte> path) =>
        writer.Find(path) ?? throw new NotFoundException($"{VolumePath.Describe(path)} does not exist in the file system");

    /// <summary>Returns the path in a directory when one stands there, a link followed; else the path.</summary>
    public byte[] IntoDirectory(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        FileNode? node = writer.Find(path);
        if (node?.Type == NodeType.SymbolicLink && TryResolve(path) is { } target && writer.Find(target)?.Type == NodeType.Directory)
            return VolumePath.Join(target, name);
        return node?.Type == NodeType.Directory ? VolumePath.Join(path, name) : VolumePath.Normalize(path);
    }

    /// <summary>Makes the directories on the way to a path that are missing.</summary>
    public void MakeParents(ReadOnlySpan<byte> path)
    {
        byte[] parent = VolumePath.Parent(path);
        if (writer.Find(parent) is not null)
            return;
        MakeParents(parent);
        MakeDirectory(parent, new NodeMetadata(DefaultDirectoryMode));
    }

    /// <summary>
    /// Sees that two names which the file system takes for one are not written by one change: what the first holds would silently give way
    /// to the second. Called with what is there before it is replaced, and again when it is made.
    /// </summary>
    /// <exception cref="RefusedOperationException">They are.</exception>
    public void ClaimName(ReadOnlySpan<byte> path) => ClaimName(path, VolumePath.Name(path));

    /// <inheritdoc cref="ClaimName(ReadOnlySpan{byte})"/>
    /// <param name="name">The name that was asked for, where the path has the one that is there.</param>
    public void ClaimName(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        if (!writer.FoldsNames || name.IsEmpty || writer.Find(path) is null)
            return;
        byte[] place = writer.Resolve(path);
        if (log.Claim(place, name) is { } other)
        {
            byte[] parent = VolumePath.Parent(place);
            throw new RefusedOperationException(RefusalReason.BadName,
                $"{VolumePath.Describe(VolumePath.Join(parent, other))} and {VolumePath.Describe(VolumePath.Join(parent, name))} are one "
                    + "name in this file system, and both are to be written: one would silently take the place of the other; give one of "
                    + "them another name");
        }
    }

    public void MakeDirectory(ReadOnlySpan<byte> path, NodeMetadata metadata)
    {
        writer.CreateDirectory(path, writer.Fit(NodeType.Directory, metadata));
        ClaimName(path);
        Labels.Label(path);
        log.Add(path, EditChangeKind.Added);
    }

    /// <summary>
    /// Makes a file, or gives the one that is there other content; its owner, mode and attributes stay, but for capabilities, which the
    /// kernel takes away, too.
    /// </summary>
    /// <returns>Whether it is new.</returns>
    public bool WriteFile(ReadOnlySpan<byte> path, IByteSource content, NodeMetadata metadata)
    {
        if (writer.Find(path) is not { } node)
        {
            writer.CreateFile(path, writer.Fit(NodeType.File, metadata), content);
            ClaimName(path);
            Labels.Label(path);
            log.Add(path, EditChangeKind.Added);
            return true;
        }

        ClaimName(path);
        writer.ReplaceContent(path, content);
        DropCapability(path, node);
        if (metadata.ModifiedTime is { } time)
            CopyTime(path, time);
        log.Add(path, EditChangeKind.Changed);
        return false;
    }

    /// <summary>Sets what the settings name.</summary>
    public void Apply(ReadOnlySpan<byte> path, NodeSettings settings)
    {
        if (settings.Owner is { } owner)
            ChangeOwner(path, Accounts.Resolve(owner));
        if (settings.Mode is { } mode && Get(path) is { Type: not NodeType.SymbolicLink } node)
            SetMode(path, node, mode.Apply(node.Mode, node.Type == NodeType.Directory));
        if (settings.ModifiedTime is { } time)
        {
            writer.SetTimes(path, time);
            log.Add(path, EditChangeKind.Changed);
        }
    }

    public void SetMode(ReadOnlySpan<byte> path, FileNode node, int mode)
    {
        if (mode == node.Mode)
            return;
        writer.SetMode(path, mode);
        log.Add(path, EditChangeKind.Changed);
    }

    /// <summary>Sets the owner as the kernel does: a program that another one owns loses its set-id bits and its capabilities.</summary>
    public void ChangeOwner(ReadOnlySpan<byte> path, (uint? Uid, uint? Gid) owner)
    {
        FileNode node = Get(path);
        uint uid = owner.Uid ?? node.Uid, gid = owner.Gid ?? node.Gid;
        if (uid != node.Uid || gid != node.Gid)
        {
            writer.SetOwner(path, uid, gid);
            log.Add(path, EditChangeKind.Changed);
        }

        if (node.Type != NodeType.File)
            return;
        int kept = node.Mode & ~SetUid & ~((node.Mode & GroupExecutes) != 0 ? SetGid : 0);
        SetMode(path, node, kept);
        DropCapability(path, node);
    }

    /// <summary>Gives what is there the owner and mode of what is copied over it, or the nearest that the file system can hold.</summary>
    public void CopyOwnerAndMode(ReadOnlySpan<byte> path, NodeMetadata source)
    {
        NodeMetadata metadata = writer.Fit(Get(path).Type, source);
        ChangeOwner(path, (metadata.Uid, metadata.Gid));
        SetMode(path, Get(path), metadata.Mode);
    }

    /// <summary>Gives what is there the time of what was copied, or the nearest that the file system can hold.</summary>
    public void CopyTime(ReadOnlySpan<byte> path, Timestamp time)
    {
        FileNode node = Get(path);
        try
        {
            writer.SetTimes(path, writer.Fit(node.Type, new NodeMetadata(node.Mode, ModifiedTime: time)).ModifiedTime!.Value);
        }
        catch (RefusedOperationException e) when (e.Reason == RefusalReason.NotInFormat)
        {
            // The root directory of FAT has no times.
        }
    }

    /// <summary>Takes away a file's capabilities, as the kernel does when its content changes.</summary>
    public void DropCapability(ReadOnlySpan<byte> path, FileNode node)
    {
        if (node.Xattrs.Any(xattr => xattr.Name.Span.SequenceEqual(Capability)))
            writer.RemoveExtendedAttribute(path, Capability);
    }

    public void SetAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        writer.SetExtendedAttribute(path, name, value);
        log.Add(path, EditChangeKind.Changed);
    }

    /// <summary>Removes a name, with all that is in it when it is a directory.</summary>
    /// <param name="node">What stands there.</param>
    /// <returns>How many names went, and the bytes of the files among them.</returns>
    public (long Names, long Bytes) RemoveTree(ReadOnlySpan<byte> path, FileNode node)
    {
        (long names, long bytes) = (1, node.Type == NodeType.File ? node.Size : 0);
        if (writer.FoldsNames)
            log.Forget(writer.Resolve(path));
        if (node.Type == NodeType.Directory)
        {
            (long Names, long Bytes) inside = RemoveChildren(path);
            (names, bytes) = (inside.Names + 1, inside.Bytes);
            writer.RemoveDirectory(path);
        }
        else
        {
            writer.Remove(path);
        }

        log.Add(path, EditChangeKind.Removed);
        return (names, bytes);
    }

    /// <summary>Removes all that is in a directory.</summary>
    /// <returns>As of <see cref="RemoveTree"/>.</returns>
    public (long Names, long Bytes) RemoveChildren(ReadOnlySpan<byte> path)
    {
        (long names, long bytes) = (0, 0);
        foreach ((byte[] name, FileNode node) in List(path))
        {
            (long Names, long Bytes) gone = RemoveTree(VolumePath.Join(path, name), node);
            (names, bytes) = (names + gone.Names, bytes + gone.Bytes);
        }

        return (names, bytes);
    }

    /// <summary>Lists a directory, sorted by bytes: the same changes happen in the same order.</summary>
    public List<(byte[] Name, FileNode Node)> List(ReadOnlySpan<byte> path)
    {
        FileNode node = Get(path);
        using IFileSystem files = writer.Read();
        List<(byte[] Name, FileNode Node)> entries =
            [.. files.ReadDirectory(node.Number).Select(entry => (entry.Name.ToArray(), files.GetNode(entry.Node)))];
        entries.Sort(static (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        return entries;
    }

    private byte[]? TryResolve(ReadOnlySpan<byte> path)
    {
        try
        {
            return writer.Resolve(path);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}
