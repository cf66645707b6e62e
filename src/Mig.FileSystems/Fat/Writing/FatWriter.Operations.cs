using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

internal sealed partial class FatWriter
{
    private delegate void EntryChange(Span<byte> entry);

    public NodeMetadata Fit(NodeType type, NodeMetadata wanted) => MetadataRules.Fit(type, wanted);

    public void CreateFile(ReadOnlySpan<byte> path, NodeMetadata metadata, IByteSource content) =>
        CreateFile(path, metadata, new Content(content));

    public void CreateFile(ReadOnlySpan<byte> path, NodeMetadata metadata, Stream content, long length) =>
        CreateFile(path, metadata, new Content(content, length));

    public void ReplaceContent(ReadOnlySpan<byte> path, IByteSource content) => ReplaceContent(path, new Content(content));

    public void ReplaceContent(ReadOnlySpan<byte> path, Stream content, long length) => ReplaceContent(path, new Content(content, length));

    public void Append(ReadOnlySpan<byte> path, IByteSource content) => Append(path, new Content(content));

    public void Append(ReadOnlySpan<byte> path, Stream content, long length) => Append(path, new Content(content, length));

    public void SetLength(ReadOnlySpan<byte> path, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ChangeContent(path, entry => _contents.SetLength(entry, length));
    }

    public void CreateDirectory(ReadOnlySpan<byte> path, NodeMetadata metadata)
    {
        ResolvedPath resolved = _paths.Resolve(path);
        Do(() => _names.Create(resolved, NodeType.Directory, metadata));
    }

    public void CreateSymbolicLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> target, NodeMetadata metadata) =>
        throw HasNo(path, "symbolic links");

    public void CreateHardLink(ReadOnlySpan<byte> existing, ReadOnlySpan<byte> path) => throw HasNo(path, "hard links");

    public void CreateSpecial(ReadOnlySpan<byte> path, NodeType type, uint major, uint minor, NodeMetadata metadata) =>
        throw HasNo(path, "devices, fifos and sockets");

    public void Remove(ReadOnlySpan<byte> path)
    {
        ResolvedPath resolved = GetExisting(path);
        Do(() => _names.Remove(resolved, isDirectory: false));
    }

    public void RemoveDirectory(ReadOnlySpan<byte> path)
    {
        ResolvedPath resolved = GetExisting(path);
        Do(() => _names.Remove(resolved, isDirectory: true));
    }

    public void Rename(ReadOnlySpan<byte> source, ReadOnlySpan<byte> target)
    {
        ResolvedPath from = GetExisting(source);
        ResolvedPath to = _paths.Resolve(target);
        Do(() => _names.Rename(from, to));
    }

    public void SetOwner(ReadOnlySpan<byte> path, uint uid, uint gid)
    {
        GetExisting(path);
        MetadataRules.CheckOwner(uid, gid);
    }

    public void SetMode(ReadOnlySpan<byte> path, int mode)
    {
        FatEntry? node = GetExisting(path).Entry;
        bool isDirectory = node?.IsDirectory ?? true;
        DosAttributes readOnly = MetadataRules.CheckMode(isDirectory ? NodeType.Directory : NodeType.File, mode);
        if (node is not null && !isDirectory)
            SetAttributeByte(node, (node.View.Attributes & ~DosAttributes.ReadOnly) | readOnly);
    }

    public void SetTimes(ReadOnlySpan<byte> path, Timestamp modified, Timestamp? accessed = null)
    {
        FatEntry node = GetExisting(path).Entry
            ?? throw new RefusedOperationException(RefusalReason.NotInFormat, "the root directory of FAT has no times");
        MetadataRules.CheckTime(modified);
        if (accessed is { } checkedTime)
            MetadataRules.CheckTime(checkedTime);
        Do(() =>
        {
            Span<byte> entry = _volume.Store.EditSlot(node.Offset);
            EntrySlots.SetModifiedTime(entry, modified);
            if (accessed is { } time)
                EntrySlots.SetAccessDate(entry, time);
        });
    }

    public void SetAttributes(ReadOnlySpan<byte> path, uint attributes)
    {
        GetExisting(path);
        if (attributes != 0)
            throw new RefusedOperationException(RefusalReason.BadAttribute, $"FAT has none of the attributes 0x{attributes:x}");
    }

    public void SetExtendedAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        FatEntry node = GetAttributed(path, name);
        SetAttributeByte(node, MetadataRules.ParseAttributes(value, node.IsDirectory));
    }

    public void RemoveExtendedAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        FatEntry node = GetAttributed(path, name);
        if (!NodeReader.IsVisible(node.View.Attributes))
            throw new NotFoundException($"there is no extended attribute {PathResolver.Describe(name)}");
        DosAttributes hidden = DosAttributes.Hidden | DosAttributes.System
            | (node.IsDirectory ? DosAttributes.ReadOnly : DosAttributes.None);
        SetAttributeByte(node, node.View.Attributes & ~hidden);
    }

    private FatEntry GetAttributed(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        FatEntry? node = GetExisting(path).Entry;
        if (!name.SequenceEqual(NodeReader.AttributeName))
            throw new RefusedOperationException(
                RefusalReason.BadAttribute,
                $"FAT has no extended attributes but {PathResolver.Describe(NodeReader.AttributeName)}: {PathResolver.Describe(name)} "
                + "cannot be stored");
        return node ?? throw new RefusedOperationException(RefusalReason.BadAttribute, "the root directory of FAT has no attributes");
    }

    private void SetAttributeByte(FatEntry node, DosAttributes attributes) =>
        Do(() => _volume.Store.EditSlot(node.Offset)[DirectorySlot.Field.Attributes] = (byte)attributes);

    private void CreateFile(ReadOnlySpan<byte> path, NodeMetadata metadata, Content content)
    {
        ResolvedPath resolved = _paths.Resolve(path);
        Do(() => _contents.Append(_names.Create(resolved, NodeType.File, metadata), content));
    }

    private void ReplaceContent(ReadOnlySpan<byte> path, Content content) =>
        ChangeContent(path, entry => _contents.Replace(entry, content));

    private void Append(ReadOnlySpan<byte> path, Content content) => ChangeContent(path, entry => _contents.Append(entry, content));

    private void ChangeContent(ReadOnlySpan<byte> path, EntryChange change)
    {
        FatEntry? node = GetExisting(path).Entry;
        if (node is null or { IsDirectory: true })
            throw new RefusedOperationException(RefusalReason.IsADirectory, $"{PathResolver.Describe(path)} is a directory");
        Do(() =>
        {
            Span<byte> entry = _volume.Store.EditSlot(node.Offset);
            change(entry);
            Timestamp now = _volume.Now;
            EntrySlots.SetModifiedTime(entry, now);
            EntrySlots.SetAccessDate(entry, now);
            entry[DirectorySlot.Field.Attributes] |= (byte)DosAttributes.Archive; // what a backup has not seen
        });
    }

    private RefusedOperationException HasNo(ReadOnlySpan<byte> path, string what)
    {
        ResolvedPath resolved = _paths.Resolve(path);
        return resolved.IsRoot || resolved.Entry is not null
            ? new RefusedOperationException(RefusalReason.NameTaken, $"the name {PathResolver.Describe(path)} is taken")
            : new RefusedOperationException(RefusalReason.NotInFormat, $"FAT has no {what}: {PathResolver.Describe(path)} cannot be made");
    }
}
