using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>All attributes of a file or directory, from its base record and those that continue it.</summary>
internal sealed class NodeRecord
{
    private readonly List<AttributeValue> _values = [];

    private NodeRecord(long number, bool isDirectory)
    {
        Number = number;
        IsDirectory = isDirectory;
    }

    public long Number { get; }

    public bool IsDirectory { get; }

    public static NodeRecord Read(long number, MasterFileTable table, ValueReader reader, Geometry geometry, Limits limits)
    {
        FileRecord self = table.ReadRecord(number);
        if (self.Base.Number != 0)
            throw NtfsError.Corrupt("NTFS-029",
                $"MFT record {number}: it continues record {self.Base.Number}, and something names it as a file");
        var node = new NodeRecord(number, self.IsDirectory);
        List<StoredAttribute> attributes = self.Attributes;
        if (attributes.Find(static attribute => attribute.Type == AttributeType.AttributeList) is { } stored)
        {
            byte[] list = reader.ReadWhole(new AttributeValue(number, [stored], geometry, limits), AttributeListEntry.MaxListSize);
            attributes = [.. attributes];
            var seen = new HashSet<long> { number };
            foreach (AttributeListEntry entry in AttributeListEntry.ReadAll(list, number))
            {
                if (!seen.Add(entry.Reference.Number))
                    continue;
                FileRecord more = table.ReadRecord(entry.Reference.Number);
                if (more.Base.Number != number)
                    throw NtfsError.Corrupt("NTFS-030",
                        $"MFT record {more.Number}: it continues record {more.Base.Number}, and record {number} takes it for its own");
                attributes.AddRange(more.Attributes);
            }
        }

        node.Join(attributes, geometry, limits);
        return node;
    }

    /// <summary>Returns a value; null when there is none of that type and name.</summary>
    public AttributeValue? Find(AttributeType type, string name = "") => _values.Find(value => value.Type == type && value.Name == name);

    /// <summary>All values with clusters of their own.</summary>
    public IEnumerable<AttributeValue> OutOfRecord => _values.Where(static value => !value.IsResident);

    /// <summary>Returns all values of a type.</summary>
    public IEnumerable<AttributeValue> All(AttributeType type) => _values.Where(value => value.Type == type);

    private void Join(List<StoredAttribute> attributes, Geometry geometry, Limits limits)
    {
        var seen = new HashSet<(AttributeType Type, string Name)>();
        foreach (StoredAttribute attribute in attributes.Where(static attribute => attribute.IsResident))
        {
            // Of names there may be several; of all else only one of a kind.
            if (attribute.Type != AttributeType.FileName && !seen.Add((attribute.Type, attribute.Name)))
                throw Twice(attribute);
            _values.Add(new AttributeValue(Number, [attribute], geometry, limits));
        }

        foreach (IGrouping<(AttributeType Type, string Name), StoredAttribute> parts in attributes.Where(static attribute =>
            !attribute.IsResident).GroupBy(static attribute => (attribute.Type, attribute.Name)))
        {
            StoredAttribute[] sorted = [.. parts.OrderBy(static part => part.LowestVcn)];
            if (!seen.Add(parts.Key))
                throw Twice(sorted[0]);
            if (sorted[0].LowestVcn != 0)
                throw NtfsError.Corrupt("NTFS-020",
                    $"MFT record {Number}: attribute 0x{(uint)parts.Key.Type:x}: begins at cluster {sorted[0].LowestVcn}, 0 needed");
            _values.Add(new AttributeValue(Number, sorted, geometry, limits));
        }
    }

    private CorruptImageException Twice(StoredAttribute attribute) =>
        NtfsError.Corrupt("NTFS-031", $"MFT record {Number}: attribute 0x{(uint)attribute.Type:x} is there twice, once allowed");
}
