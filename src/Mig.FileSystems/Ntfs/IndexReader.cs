using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>Reads indexes: the root in the record, and blocks in clusters, down the tree.</summary>
internal sealed class IndexReader(ValueReader reader, Geometry geometry)
{
    private const int RootHeaderSize = 0x10;
    private const int BlockHeaderSize = 0x18;
    private const int MinBlockSize = 512;
    private const int MaxBlockSize = 64 << 10;

    /// <summary>Receives each entry that has a key.</summary>
    /// <param name="node">How to call the node in messages.</param>
    public delegate void EntryVisitor(in IndexEntries entry, string node);

    /// <summary>Visits all entries of an index, in no particular order.</summary>
    /// <param name="damage">Takes what is wrong, and costs the rest of a block; null to throw.</param>
    public void Visit(NodeRecord node, string name, EntryVisitor visit, DamageList? damage = null)
    {
        string owner = $"MFT record {node.Number}: index {name}";
        AttributeValue root = node.Find(AttributeType.IndexRoot, name) ?? throw NtfsError.Corrupt("NTFS-035", $"{owner}: there is no root");
        if (!root.IsResident || root.Size < RootHeaderSize)
            throw NtfsError.Corrupt("NTFS-035", $"{owner}: its root has {root.Size} bytes, {RootHeaderSize} or more in the record needed");
        uint blockSize = BinaryPrimitives.ReadUInt32LittleEndian(root.Resident[0x08..]);
        var pending = new Stack<long>();
        try
        {
            Visit(new IndexEntries(root.Resident[RootHeaderSize..], owner), owner, visit, pending);
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(e);
        }

        if (pending.Count == 0)
            return;
        if (blockSize is < MinBlockSize or > MaxBlockSize || !System.Numerics.BitOperations.IsPow2(blockSize))
            throw NtfsError.Corrupt("NTFS-036",
                $"{owner}: blocks of {blockSize} bytes, a power of two from {MinBlockSize} to {MaxBlockSize} allowed");
        AttributeValue blocks = node.Find(AttributeType.IndexAllocation, name)
            ?? throw NtfsError.Corrupt("NTFS-035", $"{owner}: it names blocks, and has none");

        // Blocks are named by cluster, or by 512 bytes where clusters are larger than blocks.
        int unit = geometry.ClusterSize <= blockSize ? geometry.ClusterSize : MinBlockSize;
        var seen = new HashSet<long>();
        byte[] block = new byte[blockSize];
        while (pending.TryPop(out long vcn))
        {
            try
            {
                VisitBlock(vcn);
            }
            catch (CorruptImageException e) when (damage is not null)
            {
                damage.Add(e);
            }
        }

        void VisitBlock(long vcn)
        {
            if (vcn < 0 || vcn > (blocks.Size - blockSize) / unit || vcn * unit % blockSize != 0)
                throw NtfsError.Corrupt("NTFS-037", $"{owner}: it names block {vcn}, whole ones within {blocks.Size} bytes allowed");
            if (!seen.Add(vcn))
                throw NtfsError.Corrupt("NTFS-038", $"{owner}: block {vcn} is named twice, once allowed");
            reader.Read(blocks, vcn * unit, block);
            string called = $"{owner}: block {vcn}";
            if (!block.AsSpan().StartsWith("INDX"u8))
                throw NtfsError.Corrupt("NTFS-039",
                    $"{called}: magic is 0x{BinaryPrimitives.ReadUInt32LittleEndian(block):x8}, \"INDX\" needed");
            if (Fixups.Apply(block) is { } wrong)
                throw NtfsError.Corrupt("NTFS-040", $"{called}: {wrong}");
            Visit(new IndexEntries(block.AsSpan(BlockHeaderSize), called), called, visit, pending);
        }
    }

    private static void Visit(IndexEntries entries, string owner, EntryVisitor visit, Stack<long> pending)
    {
        while (entries.MoveNext())
        {
            if (entries.Subnode is var subnode and >= 0)
                pending.Push(subnode);
            if (!entries.IsEnd)
                visit(entries, owner);
        }
    }
}
