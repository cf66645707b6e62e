using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.Images.Extract.Folders;

namespace Mig.Edits.Sources;

/// <summary>Carries out a <see cref="PutOperation"/>: copies what a path of the host names into a volume.</summary>
internal sealed class HostTreeWriter(NodeWriter nodes, PutOperation put)
{
    private const int PermissionBits = 0x1FF; // 0777
    private const int StickyBit = 0x200; // 01000

    private readonly Dictionary<(ulong Device, ulong Inode), byte[]> _firstNames = [];

    public void Run()
    {
        FileType type = LibC.LookAt(put.HostPath);
        if (type == FileType.Missing)
            throw new NotFoundException($"{put.HostPath} does not exist on this machine");
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(put.HostPath));
        bool isContents = type == FileType.Directory && name is "." or ".." or "";
        byte[] target = ChooseTarget(isContents ? null : Encoding.UTF8.GetBytes(name));
        if (put.MakesParents)
            nodes.MakeParents(target);
        if (type == FileType.Directory)
        {
            using HostFolder folder = HostFolder.Open(put.HostPath);
            CopyDirectory(new HostTree(folder), [], new HostTree(folder).Look(default), target);
            return;
        }

        // The user named this file, so a link on the way to it is his own.
        string real = File.ResolveLinkTarget(put.HostPath, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(put.HostPath);
        using HostFolder parent = HostFolder.Open(Path.GetDirectoryName(real)!);
        Copy(new HostTree(parent), Encoding.UTF8.GetBytes(Path.GetFileName(real)), nodes.Follow(target));
    }

    private byte[] ChooseTarget(byte[]? name)
    {
        ReadOnlySpan<byte> path = put.Path.Span;
        byte[] into = nodes.IntoDirectory(path, name ?? "."u8);
        bool isDirectory = !into.AsSpan().SequenceEqual(VolumePath.Normalize(path));
        if (isDirectory)
            return name is null ? VolumePath.Parent(into) : into;
        if (!put.IntoDirectory || name is null)
            return into;
        if (nodes.Writer.Find(path) is not null)
            throw new RefusedOperationException(
                RefusalReason.NotADirectory, $"{VolumePath.Describe(path)} is no directory to put something into");
        return put.MakesParents
            ? VolumePath.Join(path, name)
            : throw new NotFoundException($"there is no directory {VolumePath.Describe(path)} to put something into; -p makes it");
    }

    private void Copy(HostTree files, byte[] path, byte[] target)
    {
        HostNode source = files.Look(path);
        if (source.Type == NodeType.Directory)
        {
            CopyDirectory(files, path, source, target);
            return;
        }

        nodes.ClaimName(target);
        FileNode? there = nodes.Writer.Find(target);
        if (there?.Type == NodeType.Directory)
            throw new RefusedOperationException(
                RefusalReason.IsADirectory, $"{VolumePath.Describe(target)} is a directory, and {files.Display(path)} is none");
        byte[]? firstName = source.LinkCount > 1 ? FirstName(source, target) : null;

        // A file takes over the place of a file; whatever else stands there goes.
        if (there is not null && (source.Type != NodeType.File || there.Type != NodeType.File || firstName is not null))
        {
            if (firstName is not null && nodes.Get(firstName).Number == there.Number)
                return;
            nodes.RemoveTree(target, there);
            there = null;
        }

        if (firstName is not null)
        {
            nodes.Writer.CreateHardLink(firstName, target);
            nodes.Log.Add(target, EditChangeKind.Added);
            return;
        }

        Make(files, path, source, target);
        Describe(files, path, source, target, isNew: there is null);
    }

    private void Make(HostTree files, byte[] path, HostNode source, byte[] target)
    {
        NodeMetadata metadata = Metadata(source);
        switch (source.Type)
        {
            case NodeType.File:
                files.Read(path, content => nodes.WriteFile(target, content, metadata));
                break;
            case NodeType.SymbolicLink:
                nodes.Writer.CreateSymbolicLink(target, files.ReadLink(path), metadata);
                nodes.Labels.Label(target);
                nodes.Log.Add(target, EditChangeKind.Added);
                break;
            default:
                bool isDevice = source.Type is NodeType.BlockDevice or NodeType.CharacterDevice;
                nodes.Writer.CreateSpecial(target, source.Type, isDevice ? source.DeviceMajor : 0, isDevice ? source.DeviceMinor : 0,
                    metadata);
                nodes.Labels.Label(target);
                nodes.Log.Add(target, EditChangeKind.Added);
                break;
        }
    }

    private void CopyDirectory(HostTree files, byte[] path, HostNode source, byte[] target)
    {
        FileNode? there = nodes.Writer.Find(target);
        if (there?.Type == NodeType.SymbolicLink)
        {
            target = nodes.Follow(target);
            there = nodes.Get(target);
        }

        if (there is not null && there.Type != NodeType.Directory)
            throw new RefusedOperationException(
                RefusalReason.NotADirectory, $"{VolumePath.Describe(target)} is no directory, and {files.Display(path)} is one");
        nodes.ClaimName(target);
        if (there is null)
            nodes.MakeDirectory(target, Metadata(source));
        foreach (byte[] name in files.List(path))
            Copy(files, path.Length == 0 ? name : VolumePath.Join(path, name), VolumePath.Join(target, name));
        Describe(files, path, source, target, isNew: there is null);
    }

    // The time of a directory comes last: what is put into it changes it.
    private void Describe(HostTree files, byte[] path, HostNode source, byte[] target, bool isNew)
    {
        bool isDirectory = source.Type == NodeType.Directory;
        if (put.IsArchive)
        {
            if (!isNew)
                nodes.CopyOwnerAndMode(target, Metadata(source));
            foreach (ExtendedAttribute attribute in files.ReadAttributes(path))
                nodes.SetAttribute(target, attribute.Name.Span, attribute.Value.Span);
        }

        if (isNew ? isDirectory : put.IsArchive)
            nodes.CopyTime(target, source.ModifiedTime);
        if (!isDirectory)
            nodes.Apply(target, put.Settings);
        else if (isNew)
            nodes.Apply(target, put.Settings with { Mode = null });
    }

    private NodeMetadata Metadata(HostNode source)
    {
        int mode = source.Type switch
        {
            NodeType.SymbolicLink => NodeWriter.LinkMode,
            _ when put.IsArchive => source.Mode,
            NodeType.Directory => source.Mode & (PermissionBits | StickyBit),
            _ => source.Mode & PermissionBits,
        };
        return put.IsArchive ? new NodeMetadata(mode, source.Uid, source.Gid, source.ModifiedTime)
            : new NodeMetadata(mode, ModifiedTime: source.ModifiedTime);
    }

    private byte[]? FirstName(HostNode source, byte[] target)
    {
        if (_firstNames.TryGetValue(source.Identity, out byte[]? name))
            return name;
        _firstNames.Add(source.Identity, target);
        return null;
    }
}
