namespace Mig.FileSystems.Tests.Ntfs;

/// <summary>An image of NTFS, to be damaged. Nodes have the numbers of their records.</summary>
internal sealed class NtfsPatch(byte[] image) : PatchedImage(image)
{
    public const int RecordSize = 1024;

    public int ClusterSize => U16(0x0B) * Image[0x0D];

    /// <summary>Returns where a record of the MFT stands.</summary>
    public int Record(int number) => number == 0 ? (int)U32(0x30) * ClusterSize : Place(0, 0x80, number * RecordSize);

    /// <summary>Returns the number of the record that has an attribute of a file: its own, or one that continues it.</summary>
    public int Holder(int number, uint type)
    {
        foreach (int record in Enumerable.Range(24, 1000).Prepend(number))
        {
            int start = Record(record);
            if (!Image.AsSpan(start).StartsWith("FILE"u8) || (record != number && U32(start + 0x20) != number))
                continue;
            for (int at = start + U16(start + 0x14); U32(at) != uint.MaxValue; at += (int)U32(at + 4))
            {
                if (U32(at) == type)
                    return record;
            }
        }

        throw new InvalidOperationException($"no record has attribute 0x{type:x} of record {number}");
    }

    /// <summary>Returns where an attribute of a record stands.</summary>
    /// <param name="which">Of several of the type.</param>
    public int Attribute(int number, uint type, int which = 0)
    {
        int at = Record(number) + U16(Record(number) + 0x14);
        while (U32(at) != type || which-- > 0)
        {
            if (U32(at) == uint.MaxValue)
                throw new InvalidOperationException($"record {number} has no attribute 0x{type:x}");
            at += (int)U32(at + 4);
        }

        return at;
    }

    /// <summary>Returns where the value of a resident attribute stands.</summary>
    public int Value(int number, uint type, int which = 0) => Attribute(number, type, which) is var at ? at + U16(at + 0x14) : 0;

    /// <summary>Returns where the runs of an attribute in clusters stand.</summary>
    public int Runs(int number, uint type, int which = 0) => Attribute(number, type, which) is var at ? at + U16(at + 0x20) : 0;

    /// <summary>Returns where the first run of an attribute in clusters leads to.</summary>
    public int FirstCluster(int number, uint type, int which = 0) => Place(number, type, 0, which);

    /// <summary>Returns where a byte of an attribute in clusters stands.</summary>
    public int Place(int number, uint type, int offset, int which = 0)
    {
        int at = Runs(number, type, which), cluster = 0;
        while (Image[at] != 0)
        {
            int lengthSize = Image[at] & 15, offsetSize = Image[at] >> 4, length = 0, distance = 0;
            for (int i = 0; i < lengthSize; i++)
                length |= Image[at + 1 + i] << (8 * i);
            for (int i = 0; i < offsetSize; i++)
                distance |= Image[at + 1 + lengthSize + i] << (8 * i);
            cluster += offsetSize is 0 or 4 ? distance : distance << (32 - (8 * offsetSize)) >> (32 - (8 * offsetSize));
            if (offset < length * ClusterSize)
                return (cluster * ClusterSize) + offset;
            offset -= length * ClusterSize;
            at += 1 + lengthSize + offsetSize;
        }

        throw new InvalidOperationException($"attribute 0x{type:x} of record {number} has no byte {offset} more");
    }
}
