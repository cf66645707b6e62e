using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>
/// Collects what a node has besides content and times, under the names that ntfs-3g gives it (ntfs-3g "Extended Attributes").
/// </summary>
internal sealed class NodeAttributes(ValueReader reader, SecurityTable security, Observations observations, Limits limits)
{
    private const int MaxStreamSize = 64 << 10; // what Linux takes as one extended attribute

    private static readonly byte[] AclName = "system.ntfs_acl"u8.ToArray();
    private static readonly byte[] AttributesName = "system.ntfs_attrib_be"u8.ToArray();
    private static readonly byte[] DosNameName = "system.ntfs_dos_name"u8.ToArray();
    private static readonly byte[] ReparseName = "system.ntfs_reparse_data"u8.ToArray();
    private static readonly byte[] EaName = "system.ntfs_ea"u8.ToArray();
    private static readonly byte[] EfsName = "system.ntfs_efsinfo"u8.ToArray();

    /// <summary>Returns them sorted by the bytes of their names.</summary>
    /// <param name="reparse">The node's reparse data; empty when there is none.</param>
    public IReadOnlyList<ExtendedAttribute> Read(NodeRecord node, StandardInformation information, byte[] reparse)
    {
        var all = new List<ExtendedAttribute>();
        if (FindDescriptor(node, information) is { } descriptor)
            all.Add(new ExtendedAttribute(AclName, descriptor));
        byte[] bits = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bits, (uint)Shown(node, information.Attributes));
        all.Add(new ExtendedAttribute(AttributesName, bits));
        foreach (AttributeValue value in node.All(AttributeType.FileName))
        {
            FileNameValue name = FileNameValue.Parse(value.Resident, $"MFT record {node.Number}");
            if (name.Namespace == FileNameNamespace.Dos && !all.Exists(static item => item.Name.Span.SequenceEqual(DosNameName)))
                all.Add(new ExtendedAttribute(DosNameName, Wtf8.Encode(name.Name)));
        }

        if (reparse.Length > 0)
            all.Add(new ExtendedAttribute(ReparseName, reparse));
        Add(node.Number, node.Find(AttributeType.ExtendedAttributes), EaName, all);
        Add(node.Number, node.Find(AttributeType.LoggedUtilityStream, "$EFS"), EfsName, all);
        foreach (AttributeValue stream in node.All(AttributeType.Data).Where(static value => value.Name.Length > 0))
            Add(node.Number, stream, [.. "user."u8, .. Wtf8.Encode(stream.Name)], all);
        all.Sort(static (left, right) => left.Name.Span.SequenceCompareTo(right.Name.Span));
        if (all.Sum(static item => (long)item.Name.Length + item.Value.Length) is var total && total > limits.MaxXattrBytes)
            throw NtfsError.Corrupt("NTFS-046",
                $"MFT record {node.Number}: streams and attributes take {total} bytes, at most {limits.MaxXattrBytes} allowed");
        return all;
    }

    private static DosAttributes Shown(NodeRecord node, DosAttributes attributes)
    {
        DosAttributes shown = node.IsDirectory ? attributes | DosAttributes.Directory : attributes & ~DosAttributes.Directory;
        return shown == 0 ? DosAttributes.Normal : shown;
    }

    private void Add(long node, AttributeValue? value, byte[] name, List<ExtendedAttribute> all)
    {
        if (value is null)
            return;
        if (value.Size > MaxStreamSize)
            observations.AddLargeStream(node, value.Name);
        else
            all.Add(new ExtendedAttribute(name, reader.ReadWhole(value, MaxStreamSize)));
    }

    private byte[]? FindDescriptor(NodeRecord node, StandardInformation information) =>
        node.Find(AttributeType.SecurityDescriptor) is { } own ? reader.ReadWhole(own, MaxStreamSize)
        : information.SecurityId == 0 ? null
        : security.Find(information.SecurityId);
}
