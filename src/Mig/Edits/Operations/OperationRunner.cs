using System.Text;
using Mig.Core;
using Mig.Edits.Sources;
using Mig.FileSystems;

namespace Mig.Edits.Operations;

/// <summary>
/// Carries out changes on a volume one after the other, as the tools of the same names do for root. Each is refused where they would refuse
/// it; then those before it have happened on the writer, which is to be thrown away.
/// </summary>
public sealed class OperationRunner
{
    private readonly NodeWriter _nodes;
    private readonly IFileSystemWriter _writer;

    /// <param name="clock">What "now" is for <see cref="TouchOperation"/>.</param>
    public OperationRunner(IFileSystemWriter writer, TimeProvider clock)
        : this(writer, clock, new EditLog())
    {
    }

    internal OperationRunner(IFileSystemWriter writer, TimeProvider clock, EditLog log)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
        _nodes = new NodeWriter(writer, log, clock);
    }

    /// <summary>What has changed so far.</summary>
    public EditLog Log => _nodes.Log;

    /// <exception cref="RefusedOperationException">It cannot be done to what is there.</exception>
    /// <exception cref="NotFoundException">A path, user or group does not exist.</exception>
    public void Run(EditOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ReadOnlySpan<byte> path = operation.Path.Span;
        switch (operation)
        {
            case PutOperation put:
                new HostTreeWriter(_nodes, put).Run();
                break;
            case WriteOperation write:
                Write(write);
                break;
            case AppendOperation append:
                Append(append);
                break;
            case TruncateOperation truncate:
                Truncate(truncate);
                break;
            case MakeDirectoryOperation make:
                MakeDirectory(make);
                break;
            case LinkOperation link:
                Link(link);
                break;
            case RemoveOperation remove:
                Remove(remove);
                break;
            case MoveOperation move:
                Move(move);
                break;
            case ChangeModeOperation mode:
                ChangeMode(_nodes.Follow(path), mode);
                break;
            case ChangeOwnerOperation owner:
                ChangeOwner(owner.IsLinkItself || owner.IsRecursive ? VolumePath.Normalize(path) : _nodes.Follow(path),
                    _nodes.Accounts.Resolve(owner.Owner), owner.IsRecursive);
                break;
            case TouchOperation touch:
                Touch(touch);
                break;
            case SetAttributeOperation set:
                _nodes.SetAttribute(_nodes.Follow(path), set.Name.Span, set.Value.Span);
                break;
            case RemoveAttributeOperation remove:
                _writer.RemoveExtendedAttribute(_nodes.Follow(path), remove.Name.Span);
                Log.Add(_nodes.Follow(path), EditChangeKind.Changed);
                break;
            default:
                throw new ArgumentException($"{operation.GetType().Name} is unknown here", nameof(operation));
        }
    }

    private void Write(WriteOperation write)
    {
        if (write.MakesParents)
            _nodes.MakeParents(write.Path.Span);
        byte[] path = _nodes.Follow(write.Path.Span);
        RefuseDirectory(path, "nothing can be written to it");
        write.Content.Read(content => _nodes.WriteFile(path, content, new NodeMetadata(NodeWriter.DefaultFileMode)));
        _nodes.Apply(path, write.Settings);
    }

    private void Append(AppendOperation append)
    {
        byte[] path = _nodes.Follow(append.Path.Span);
        FileNode node = _nodes.Get(path);
        append.Content.Read(content =>
        {
            if (content.Length == 0)
                return;
            _writer.Append(path, content);
            _nodes.DropCapability(path, node);
            Log.Add(path, EditChangeKind.Changed);
        });
    }

    private void Truncate(TruncateOperation truncate)
    {
        byte[] path = _nodes.Follow(truncate.Path.Span);
        FileNode node = _nodes.Get(path);
        _writer.SetLength(path, truncate.Length);
        _nodes.DropCapability(path, node);
        Log.Add(path, EditChangeKind.Changed);
    }

    private void MakeDirectory(MakeDirectoryOperation make)
    {
        ReadOnlySpan<byte> path = make.Path.Span;
        if (make.MakesParents)
        {
            if (_writer.Find(path) is { } there && (there.Type == NodeType.Directory
                || (there.Type == NodeType.SymbolicLink && _nodes.Get(_nodes.Follow(path)).Type == NodeType.Directory)))
                return;
            _nodes.MakeParents(path);
        }

        _nodes.MakeDirectory(path, new NodeMetadata(NodeWriter.DefaultDirectoryMode));
        _nodes.Apply(path, make.Settings);
    }

    private void Link(LinkOperation link)
    {
        byte[] path = link.IsExact ? VolumePath.Normalize(link.Path.Span)
            : _nodes.IntoDirectory(link.Path.Span, VolumePath.Name(link.Target.Span));
        if (link.Replaces && _writer.Find(path) is { Type: not NodeType.Directory } there)
        {
            if (!link.IsSymbolic && _writer.Find(link.Target.Span)?.Number == there.Number)
                return;
            _nodes.RemoveTree(path, there);
        }

        if (link.IsSymbolic)
            _writer.CreateSymbolicLink(path, link.Target.Span, new NodeMetadata(NodeWriter.LinkMode));
        else
            _writer.CreateHardLink(link.Target.Span, path);
        if (link.IsSymbolic)
            _nodes.Labels.Label(path);
        Log.Add(path, EditChangeKind.Added);
    }

    private void Remove(RemoveOperation remove)
    {
        ReadOnlySpan<byte> path = remove.Path.Span;
        FileNode? node = _writer.Find(path);
        if (node is null && remove.IgnoresMissing)
            return;
        node ??= _nodes.Get(path);
        if (node.Type == NodeType.Directory && !remove.IsRecursive)
            throw new RefusedOperationException(
                RefusalReason.IsADirectory, $"{VolumePath.Describe(path)} is a directory; -r removes it with all that is in it");
        if (VolumePath.Normalize(path).Length == 1)
            throw new RefusedOperationException(RefusalReason.BadMove, "the root of a volume cannot be removed");
        _nodes.RemoveTree(path, node);
    }

    private void Move(MoveOperation move)
    {
        bool isRespelt = !move.IntoDirectory && IsRespelt(move.Path.Span, move.Target.Span);
        byte[] target = isRespelt ? VolumePath.Normalize(move.Target.Span)
            : _nodes.IntoDirectory(move.Target.Span, VolumePath.Name(move.Path.Span));
        if (move.IntoDirectory && target.AsSpan().SequenceEqual(VolumePath.Normalize(move.Target.Span)))
            throw new RefusedOperationException(
                RefusalReason.NotADirectory, $"{VolumePath.Describe(target)} is no directory to move something into");
        bool replaces = !isRespelt && _writer.Find(target) is not null;
        _writer.Rename(move.Path.Span, target);
        Log.Add(move.Path.Span, EditChangeKind.Removed);
        Log.Add(target, replaces ? EditChangeKind.Changed : EditChangeKind.Added);
    }

    // Where case does not count, a directory's own name in other letters is no directory to move it into.
    private bool IsRespelt(ReadOnlySpan<byte> source, ReadOnlySpan<byte> target)
    {
        ReadOnlySpan<byte> before = VolumePath.Name(source), after = VolumePath.Name(target);
        return !before.SequenceEqual(after) && Encoding.UTF8.GetString(before)
            .Equals(Encoding.UTF8.GetString(after), StringComparison.OrdinalIgnoreCase)
            && _writer.Find(source) is { } node && _writer.Find(target)?.Number == node.Number;
    }

    private void ChangeMode(byte[] path, ChangeModeOperation change)
    {
        FileNode node = _nodes.Get(path);
        bool isDirectory = node.Type == NodeType.Directory;
        _nodes.SetMode(path, node, change.Mode.Apply(node.Mode, isDirectory));
        if (!isDirectory || !change.IsRecursive)
            return;
        foreach ((byte[] name, FileNode child) in _nodes.List(path))
        {
            if (child.Type != NodeType.SymbolicLink)
                ChangeMode(VolumePath.Join(path, name), change);
        }
    }

    private void ChangeOwner(byte[] path, (uint? Uid, uint? Gid) owner, bool isRecursive)
    {
        _nodes.ChangeOwner(path, owner);
        if (!isRecursive || _nodes.Get(path).Type != NodeType.Directory)
            return;
        foreach ((byte[] name, _) in _nodes.List(path))
            ChangeOwner(VolumePath.Join(path, name), owner, isRecursive);
    }

    private void Touch(TouchOperation touch)
    {
        byte[] path = _nodes.Follow(touch.Path.Span);
        Timestamp time = touch.Time ?? _nodes.Now;
        if (_writer.Find(path) is not null)
        {
            _writer.SetTimes(path, time, time);
            Log.Add(path, EditChangeKind.Changed);
        }
        else if (touch.MakesFile)
        {
            _writer.CreateFile(path, _writer.Fit(NodeType.File, new NodeMetadata(NodeWriter.DefaultFileMode, ModifiedTime: time)),
                new MemorySource(default));
            _nodes.Labels.Label(path);
            Log.Add(path, EditChangeKind.Added);
        }
    }

    private void RefuseDirectory(ReadOnlySpan<byte> path, string consequence)
    {
        if (_writer.Find(path)?.Type == NodeType.Directory)
            throw new RefusedOperationException(RefusalReason.IsADirectory, $"{VolumePath.Describe(path)} is a directory; {consequence}");
    }
}
