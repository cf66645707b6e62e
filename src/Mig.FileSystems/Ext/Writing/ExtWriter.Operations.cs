using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

internal sealed partial class ExtWriter
{
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
        long node = GetExisting(path).Node;
        Do(() => _changer.SetLength(node, length));
    }

    public void CreateDirectory(ReadOnlySpan<byte> path, NodeMetadata metadata)
    {
        ResolvedPath resolved = _paths.Resolve(path, followLast: false);
        Do(() => _maker.Create(resolved, NodeType.Directory, metadata).Seal());
    }

    public void CreateSymbolicLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> target, NodeMetadata metadata)
    {
        ResolvedPath resolved = _paths.Resolve(path, followLast: false);
        byte[] bytes = target.ToArray();
        Do(() => _changer.SetTarget(_maker.Create(resolved, NodeType.SymbolicLink, metadata), bytes));
    }

    public void CreateHardLink(ReadOnlySpan<byte> existing, ReadOnlySpan<byte> path)
    {
        ResolvedPath node = GetExisting(existing);
        ResolvedPath resolved = _paths.Resolve(path, followLast: false);
        Do(() => _maker.Link(node, resolved));
    }

    public void CreateSpecial(ReadOnlySpan<byte> path, NodeType type, uint major, uint minor, NodeMetadata metadata)
    {
        bool isDevice = type is NodeType.BlockDevice or NodeType.CharacterDevice;
        if (!isDevice && (type is not (NodeType.Fifo or NodeType.Socket) || major != 0 || minor != 0))
            throw new ArgumentException($"{type} {major}:{minor} is neither a device nor a fifo or socket without numbers", nameof(type));
        ResolvedPath resolved = _paths.Resolve(path, followLast: false);
        Do(() => NodeChanger.SetDevice(_maker.Create(resolved, type, metadata), major, minor));
    }

    public void Remove(ReadOnlySpan<byte> path)
    {
        ResolvedPath resolved = GetExisting(path);
        Do(() => _remover.Remove(resolved, isDirectory: false));
    }

    public void RemoveDirectory(ReadOnlySpan<byte> path)
    {
        ResolvedPath resolved = GetExisting(path);
        Do(() => _remover.Remove(resolved, isDirectory: true));
    }

    public void Rename(ReadOnlySpan<byte> source, ReadOnlySpan<byte> target)
    {
        ResolvedPath from = GetExisting(source);
        ResolvedPath to = _paths.Resolve(target, followLast: false);
        Do(() => _remover.Rename(from, to));
    }

    public void SetOwner(ReadOnlySpan<byte> path, uint uid, uint gid)
    {
        long node = GetExisting(path).Node;
        Do(() => _changer.SetOwner(node, uid, gid));
    }

    public void SetMode(ReadOnlySpan<byte> path, int mode)
    {
        long node = GetExisting(path).Node;
        Do(() => _changer.SetMode(node, mode));
    }

    public void SetTimes(ReadOnlySpan<byte> path, Timestamp modified, Timestamp? accessed = null)
    {
        long node = GetExisting(path).Node;
        Do(() => _changer.SetTimes(node, modified, accessed));
    }

    public void SetAttributes(ReadOnlySpan<byte> path, uint attributes)
    {
        long node = GetExisting(path).Node;
        Do(() => _changer.SetAttributes(node, attributes));
    }

    public void SetExtendedAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        long node = GetExisting(path).Node;
        byte[] nameBytes = name.ToArray();
        byte[] valueBytes = value.ToArray();
        Do(() => _changer.SetExtendedAttribute(node, nameBytes, valueBytes));
    }

    public void RemoveExtendedAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        long node = GetExisting(path).Node;
        byte[] nameBytes = name.ToArray();
        Do(() => _changer.RemoveExtendedAttribute(node, nameBytes));
    }

    private void CreateFile(ReadOnlySpan<byte> path, NodeMetadata metadata, Content content)
    {
        ResolvedPath resolved = _paths.Resolve(path, followLast: false);
        Do(() =>
        {
            WritableInode inode = _maker.Create(resolved, NodeType.File, metadata);
            _volume.Contents.Append(inode, content);
            inode.Seal();
        });
    }

    private void ReplaceContent(ReadOnlySpan<byte> path, Content content)
    {
        long node = GetExisting(path).Node;
        Do(() => _changer.Replace(node, content));
    }

    private void Append(ReadOnlySpan<byte> path, Content content)
    {
        long node = GetExisting(path).Node;
        Do(() => _changer.Append(node, content));
    }
}
