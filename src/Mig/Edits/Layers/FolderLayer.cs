using System.Text;
using Mig.Core;
using Mig.Edits.Operations;
using Mig.Edits.Sources;
using Mig.FileSystems;
using Mig.Images.Extract.Folders;

namespace Mig.Edits.Layers;

/// <summary>
/// A folder of the host as a layer: owners, modes, times and attributes count as they stand, the folder's own do not. Knows the whiteouts
/// of overlayfs, too.
/// </summary>
internal sealed class FolderLayer(LayerWriter layer)
{
    private static readonly byte[] TrustedPrefix = "trusted.overlay."u8.ToArray();
    private static readonly byte[] UserPrefix = "user.overlay."u8.ToArray();

    private readonly Dictionary<(ulong Device, ulong Inode), byte[]> _firstNames = [];

    public void Apply(string path, CancellationToken cancellation)
    {
        using HostFolder folder = HostFolder.Open(path);
        AddChildren(new HostTree(folder), [], cancellation);
        layer.Finish();
    }

    private void AddChildren(HostTree files, byte[] directory, CancellationToken cancellation)
    {
        foreach (byte[] name in files.List(directory))
        {
            cancellation.ThrowIfCancellationRequested();
            byte[] path = directory.Length == 0 ? name : VolumePath.Join(directory, name);
            HostNode node = files.Look(path);
            if (node is { Type: NodeType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 })
            {
                layer.Hide(VolumePath.Join("/"u8, path));
                continue;
            }

            Add(files, path, node);
            if (node.Type == NodeType.Directory)
                AddChildren(files, path, cancellation);
        }
    }

    private void Add(HostTree files, byte[] path, HostNode node)
    {
        byte[]? firstName = null;
        if (node is { Type: not NodeType.Directory, LinkCount: > 1 } && !_firstNames.TryAdd(node.Identity, path))
            firstName = _firstNames[node.Identity];
        List<ExtendedAttribute> attributes = files.ReadAttributes(path);
        bool isOpaque = attributes.Any(attribute => OverlayName(attribute) == "opaque");
        if (attributes.Find(attribute => OverlayName(attribute) is "redirect" or "metacopy") is { } unknown)
            throw new UnsupportedFeatureException(Encoding.UTF8.GetString(unknown.Name.Span),
                $"{files.Display(path)} is not all there: its upper folder was made with an option of overlayfs that leaves data below");
        bool isDevice = node.Type is NodeType.BlockDevice or NodeType.CharacterDevice;
        layer.Add(new LayerEntry
        {
            Path = path,
            Type = node.Type,
            IsHardLink = firstName is not null,
            Mode = node.Mode,
            Uid = node.Uid,
            Gid = node.Gid,
            ModifiedTime = node.ModifiedTime,
            Target = firstName ?? (node.Type == NodeType.SymbolicLink ? files.ReadLink(path) : []),
            DeviceMajor = isDevice ? node.DeviceMajor : 0,
            DeviceMinor = isDevice ? node.DeviceMinor : 0,
            Xattrs = [.. attributes.Where(attribute => OverlayName(attribute) is null)],
            MakeFile = (writer, place, metadata) =>
                files.Read(path, content => writer.CreateFile(place, writer.Fit(NodeType.File, metadata), content)),
        });
        if (isOpaque)
            layer.HideBelow(VolumePath.Join("/"u8, path));
    }

    private static string? OverlayName(ExtendedAttribute attribute)
    {
        ReadOnlySpan<byte> name = attribute.Name.Span;
        foreach (byte[] prefix in (byte[][])[TrustedPrefix, UserPrefix])
        {
            if (name.StartsWith(prefix))
                return Encoding.UTF8.GetString(name[prefix.Length..]);
        }

        return null;
    }
}
