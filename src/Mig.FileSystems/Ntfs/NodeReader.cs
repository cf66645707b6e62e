using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>Turns MFT records into nodes, with the modes that ntfs-3g shows by default.</summary>
internal sealed class NodeReader(ValueReader reader, NodeAttributes attributes, Observations observations)
{
    private const int Mode = 0x1FF; // who may do what says the security descriptor, in an extended attribute
    private const int MaxReparseSize = 64 << 10;

    /// <summary>Tells what a node is; a link or device has its content in other fields.</summary>
    public NodeType GetType(NodeRecord node, StandardInformation information) => Classify(node, information, Reparse(node)).Type;

    /// <param name="damage">Takes what is wrong with its attributes, and the node comes back without them; null to throw.</param>
    public FileNode Read(NodeRecord node, DamageList? damage = null)
    {
        StandardInformation information = StandardInformation.Read(node);
        byte[] reparse = Reparse(node);
        (NodeType type, byte[] target, uint major, uint minor) = Classify(node, information, reparse);
        AttributeValue? data = node.Find(AttributeType.Data);
        if (data is { IsEncrypted: true })
            observations.AddEncrypted(node.Number);
        if (ReparsePoint.ReadTag(reparse) is ReparsePoint.Wof or ReparsePoint.Deduplicated)
            observations.AddElsewhere(node.Number);
        return new FileNode
        {
            Number = node.Number,
            Type = type,
            Mode = Mode,
            Uid = 0,
            Gid = 0,
            Size = type == NodeType.File ? data?.Size ?? 0 : target.Length,
            ModifiedTime = information.ModifiedTime,
            ChangedTime = information.ChangedTime,
            LinkCount = CountNames(node),
            LinkTarget = target,
            DeviceMajor = major,
            DeviceMinor = minor,
            Xattrs = ReadAttributes(node, information, reparse, damage),
        };
    }

    private IReadOnlyList<ExtendedAttribute> ReadAttributes(
        NodeRecord node, StandardInformation information, byte[] reparse, DamageList? damage)
    {
        try
        {
            return attributes.Read(node, information, reparse);
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(e);
            return [];
        }
    }

    private (NodeType Type, byte[] Target, uint Major, uint Minor) Classify(
        NodeRecord node, StandardInformation information, byte[] reparse)
    {
        if (reparse.Length > 0 && ReparsePoint.ReadTarget(reparse) is { } target)
            return (NodeType.SymbolicLink, target, 0, 0);
        if (node.IsDirectory)
            return (NodeType.Directory, [], 0, 0);
        if ((information.Attributes & DosAttributes.System) != 0
            && node.Find(AttributeType.Data) is { Size: > 0 and <= InterixFile.MaxSize, IsEncrypted: false } data)
            return InterixFile.Read(reader.ReadWhole(data, InterixFile.MaxSize));
        return (NodeType.File, [], 0, 0);
    }

    private byte[] Reparse(NodeRecord node) =>
        node.Find(AttributeType.ReparsePoint) is { } value ? reader.ReadWhole(value, MaxReparseSize) : [];

    // An 8.3 name beside a long one counts in the record, and is no name of its own.
    private static int CountNames(NodeRecord node)
    {
        int count = 0;
        foreach (AttributeValue value in node.All(AttributeType.FileName))
        {
            if (FileNameValue.Parse(value.IsResident ? value.Resident : [], $"MFT record {node.Number}").Namespace != FileNameNamespace.Dos)
                count++;
        }

        return count;
    }
}
