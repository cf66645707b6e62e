using System.Text;
using Mig.Core;
using Mig.Edits.Operations;
using Mig.FileSystems;

namespace Mig.Edits.Layers;

/// <summary>
/// Lays a layer over a volume: what is in it replaces what is there, directories merge, whiteouts remove what lower layers have.
/// </summary>
/// <remarks>
/// Source: OCI Image Format Specification, "Image Layer Filesystem Changeset". Whiteouts never touch what the same layer brings, in
/// whichever order.
/// </remarks>
/// <param name="keepsLinks">Whether a symbolic link to a directory stays where the layer has a directory, as with tar's
/// <c>--keep-directory-symlink</c>.</param>
/// <param name="name">What the layer is called, for messages; null to leave that out.</param>
internal sealed class LayerWriter(NodeWriter nodes, bool keepsLinks, string? name = null)
{
    private static readonly byte[] WhiteoutPrefix = ".wh."u8.ToArray();
    private static readonly byte[] OpaqueName = ".wh..wh..opq"u8.ToArray();
    private static readonly byte[] ReservedPrefix = ".wh..wh."u8.ToArray(); // aufs keeps its own files under such names

    private readonly HashSet<string> _made = [];
    private readonly List<(byte[] Path, Timestamp Time)> _directories = [];

    /// <exception cref="CorruptImageException">TAR-007 to TAR-009.</exception>
    public void Add(LayerEntry entry)
    {
        try
        {
            Take(entry);
        }
        catch (Exception e) when (name is not null && Named(e, $"{name}, '{Encoding.UTF8.GetString(entry.Path)}'") is { } named)
        {
            throw named;
        }
    }

    /// <summary>Puts an entry in its place, whatever its name: there are no whiteouts.</summary>
    public void Replace(LayerEntry entry) => Make(entry, Clean(entry.Path));

    /// <summary>Reads something of the layer; an error of that says which layer it is.</summary>
    public T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (MigException e) when (name is not null)
        {
            throw OfLayer(e);
        }
    }

    /// <summary>An error of the layer itself, with its name.</summary>
    public MigException OfLayer(MigException error) => name is not null && Named(error, name) is { } named ? named : error;

    private static MigException? Named(Exception error, string where) => error switch
    {
        RefusedOperationException e => new RefusedOperationException(e.Reason, $"{where}: {e.Message}"),
        NotFoundException e => new NotFoundException($"{where}: {e.Message}"),
        CorruptImageException e => new CorruptImageException(e.Code, $"{where}: {e.Message[(e.Code.Length + 2)..]}", e),
        UnsupportedFeatureException e => new UnsupportedFeatureException(
            e.Feature, $"{where}: {e.Message[(e.Feature.Length + UnsupportedFeatureException.Middle.Length)..]}"),
        _ => null,
    };

    private void Take(LayerEntry entry)
    {
        byte[] path = Clean(entry.Path);
        ReadOnlySpan<byte> last = VolumePath.Name(path);
        if (last.SequenceEqual(OpaqueName))
            HideBelow(VolumePath.Parent(path));
        else if (last.StartsWith(WhiteoutPrefix) && !last.StartsWith(ReservedPrefix))
            Hide(VolumePath.Join(VolumePath.Parent(path), Hidden(last, entry.Path)));
        else if (!last.StartsWith(ReservedPrefix))
            Make(entry, path);
    }

    /// <summary>Removes what lower layers have at a path.</summary>
    public void Hide(byte[] path)
    {
        if (FindPlace(path) is not { } place || nodes.Writer.Find(place) is not { } there)
            return;
        if (!_made.Contains(Key(place)))
            nodes.RemoveTree(place, there);
        else if (there.Type == NodeType.Directory)
            RemoveLower(place);
    }

    /// <summary>Removes what lower layers have in a directory.</summary>
    public void HideBelow(byte[] path)
    {
        if (path.Length == 1)
            RemoveLower(path);
        else if (FindPlace(path) is { } place && nodes.Writer.Find(place) is { Type: NodeType.Directory })
            RemoveLower(place);
    }

    /// <summary>Sets the times of directories, which all that was put into them has changed.</summary>
    public void Finish()
    {
        foreach ((byte[] path, Timestamp time) in _directories)
        {
            if (nodes.Writer.Find(path)?.Type == NodeType.Directory)
                nodes.CopyTime(path, time);
        }
    }

    private void Make(LayerEntry entry, byte[] path)
    {
        // What the folder was that a layer was packed from says nothing of the machine's root: 'tar c -C build .' would make its owner that
        // of whoever built it.
        if (path.Length == 1)
            return;

        nodes.MakeParents(path);
        byte[] place = GetPlace(path);
        if (entry.IsHardLink)
        {
            MakeHardLink(entry, place);
            return;
        }

        FileNode? there = nodes.Writer.Find(place);
        if (keepsLinks && entry.Type == NodeType.Directory && there?.Type == NodeType.SymbolicLink
            && nodes.IntoDirectory(place, "."u8) is var inside && !inside.AsSpan().SequenceEqual(place))
        {
            place = VolumePath.Parent(inside);
            there = nodes.Get(place);
        }

        if (there is not null)
            nodes.ClaimName(place, VolumePath.Name(path));
        bool merges = entry.Type == NodeType.Directory && there?.Type == NodeType.Directory;
        if (there is not null && !merges)
            nodes.RemoveTree(place, there);
        if (!merges)
            Create(entry, place);
        nodes.ClaimName(place, VolumePath.Name(path));
        Remember(place);
        Describe(place, entry, isNew: !merges);
        if (!merges)
            nodes.Labels.Label(place);
    }

    private void Create(LayerEntry entry, byte[] place)
    {
        var metadata = new NodeMetadata(
            entry.Type == NodeType.SymbolicLink ? NodeWriter.LinkMode : entry.Mode, entry.Uid, entry.Gid, entry.ModifiedTime);
        switch (entry.Type)
        {
            case NodeType.File:
                entry.MakeFile(nodes.Writer, place, metadata);
                break;
            case NodeType.Directory:
                nodes.Writer.CreateDirectory(place, nodes.Writer.Fit(NodeType.Directory, metadata));
                break;
            case NodeType.SymbolicLink:
                nodes.Writer.CreateSymbolicLink(place, entry.Target, metadata);
                break;
            default:
                nodes.Writer.CreateSpecial(place, entry.Type, entry.DeviceMajor, entry.DeviceMinor, metadata);
                break;
        }

        nodes.Log.Add(place, EditChangeKind.Added);
    }

    private void MakeHardLink(LayerEntry entry, byte[] place)
    {
        if (FindPlace(Clean(entry.Target)) is not { } target || nodes.Writer.Find(target) is not { } file)
            throw new CorruptImageException(
                "TAR-008",
                $"hard link '{Encoding.UTF8.GetString(entry.Path)}' names '{Encoding.UTF8.GetString(entry.Target)}', which neither the "
                + "layer nor the image has");
        FileNode? there = nodes.Writer.Find(place);
        if (there?.Number != file.Number)
        {
            if (there is not null)
                nodes.RemoveTree(place, there);
            nodes.Writer.CreateHardLink(target, place);
            nodes.Log.Add(place, EditChangeKind.Added);
        }

        Remember(place);
    }

    private void Describe(byte[] place, LayerEntry entry, bool isNew)
    {
        if (!isNew)
            nodes.CopyOwnerAndMode(place, new NodeMetadata(entry.Mode, entry.Uid, entry.Gid));
        foreach (ExtendedAttribute attribute in entry.Xattrs)
            nodes.SetAttribute(place, attribute.Name.Span, attribute.Value.Span);
        if (entry.Type == NodeType.Directory)
            _directories.Add((place, entry.ModifiedTime));
    }

    private void RemoveLower(byte[] directory)
    {
        foreach ((byte[] name, FileNode node) in nodes.List(directory))
        {
            byte[] child = VolumePath.Join(directory, name);
            if (!_made.Contains(Key(child)))
                nodes.RemoveTree(child, node);
            else if (node.Type == NodeType.Directory)
                RemoveLower(child);
        }
    }

    /// <summary>Returns the path with the links on the way to its last name followed, and spelt as it is there.</summary>
    private byte[] GetPlace(byte[] path)
    {
        byte[] place = VolumePath.Join(nodes.Writer.Resolve(VolumePath.Parent(path)), VolumePath.Name(path));
        return nodes.Writer.Find(place) is { Type: not NodeType.SymbolicLink } ? nodes.Writer.Resolve(place) : place;
    }

    /// <summary>As <see cref="GetPlace"/>; null when there is no way.</summary>
    private byte[]? FindPlace(byte[] path)
    {
        try
        {
            return GetPlace(path);
        }
        catch (Exception e) when (e is NotFoundException or RefusedOperationException { Reason: RefusalReason.NotADirectory })
        {
            return null;
        }
    }

    // A directory on the way belongs to the layer, too, whether it has an entry or not.
    private void Remember(byte[] place)
    {
        while (place.Length > 1 && _made.Add(Key(place)))
            place = VolumePath.Parent(place);
    }

    private static string Key(byte[] path) => Encoding.Latin1.GetString(path);

    private static byte[] Hidden(ReadOnlySpan<byte> name, byte[] path)
    {
        ReadOnlySpan<byte> hidden = name[WhiteoutPrefix.Length..];
        return hidden.IsEmpty || hidden.SequenceEqual("."u8) || hidden.SequenceEqual(".."u8)
            ? throw new CorruptImageException(
                "TAR-009", $"whiteout '{Encoding.UTF8.GetString(path)}' hides '{Encoding.UTF8.GetString(hidden)}', which is no name")
            : hidden.ToArray();
    }

    /// <summary>Returns the path from the root, without <c>.</c>; the root itself is a slash.</summary>
    private static byte[] Clean(byte[] path)
    {
        using var clean = new MemoryStream(path.Length + 1);
        foreach (Range range in path.AsSpan().Split((byte)'/'))
        {
            ReadOnlySpan<byte> name = path.AsSpan()[range];
            if (name.SequenceEqual(".."u8) || name.Contains((byte)0))
                throw new CorruptImageException(
                    "TAR-007",
                    $"path '{Encoding.UTF8.GetString(path)}' has a part '{Encoding.UTF8.GetString(name)}', which would lead out of the "
                    + "volume or is no name");
            if (name.IsEmpty || name.SequenceEqual("."u8))
                continue;
            clean.WriteByte((byte)'/');
            clean.Write(name);
        }

        return clean.Length == 0 ? "/"u8.ToArray() : clean.ToArray();
    }
}
