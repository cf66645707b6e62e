using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Mig.Core;

namespace Mig.Disks.Qcow2;

// The file: header (cluster 0), L1 table, then data clusters in the order in which they were expected or came, then L2 tables, reference
// count blocks and their table.
/// <summary>Writes a QCOW2 of version 3 with clusters of 64 KiB, in any order, from several threads; over another disk, or whole.</summary>
internal sealed class Qcow2Writer : IThinWriter
{
    private const int ClusterBits = 16;
    private const int ClusterLength = 1 << ClusterBits;
    private const int L2EntryCount = ClusterLength / sizeof(ulong);
    private const int RefcountOrder = 4; // 16 bits
    private const int RefcountsPerBlock = ClusterLength / sizeof(ushort);
    private const long MaxL1EntryCount = (32 << 20) / sizeof(ulong); // QEMU takes no longer table
    private const ulong CopiedFlag = 1UL << 63;
    private const ulong ZeroFlag = 1;
    private const uint Owned = 1; // of zeros, without a cluster: number 1 is the L1 table, so no data lies there
    private const uint Expected = 1u << 31; // has its place, and nothing was written to it yet
    private readonly OutputFile _file;
    private readonly Lock _lock = new();
    private readonly uint[]?[] _tables; // per L2 table the cluster numbers in the file; 0 for none
    private readonly BackingDisk? _backing;
    private uint _clusterCount;

    /// <param name="backing">The disk under it; null for a whole disk.</param>
    public Qcow2Writer(string path, long length, bool overwrite, BackingDisk? backing)
    {
        if (length % Qcow2Header.SectorSize != 0)
            throw new UnsupportedFeatureException(
                "a QCOW2 that does not end at a sector", $"the disk has {length} bytes, which 512 does not divide; write it as raw");
        long tableCount = (length + ((long)L2EntryCount * ClusterLength) - 1) / ((long)L2EntryCount * ClusterLength);
        if (tableCount > MaxL1EntryCount)
            throw new UnsupportedFeatureException("a QCOW2 of this size",
                $"the disk has {length} bytes, at most {MaxL1EntryCount * L2EntryCount * ClusterLength} are possible; write it as raw");
        if (backing is not null && Encoding.UTF8.GetByteCount(backing.Name) > Qcow2Header.MaxBackingNameLength)
            throw new UsageException(
                $"the name of the backing file, {backing.Name}, has more than {Qcow2Header.MaxBackingNameLength} bytes; put it nearer");
        Length = length;
        _backing = backing;
        _tables = new uint[]?[tableCount];
        _clusterCount = 1 + (uint)ClustersFor((long)L1EntryCount * sizeof(ulong));
        _file = OutputFile.Create(path, overwrite);
    }

    public long Length { get; }

    public bool IsSequential => false;

    public int BlockLength => ClusterLength;

    public void Own(ByteRange range)
    {
        lock (_lock)
        {
            for (long cluster = range.Offset >> ClusterBits; cluster <= (range.End - 1) >> ClusterBits; cluster++)
            {
                ref uint number = ref EntryOf(cluster);
                number = number == 0 ? Owned : number;
            }
        }
    }

    public void Expect(ByteRange range)
    {
        lock (_lock)
        {
            for (long cluster = range.Offset >> ClusterBits; cluster <= (range.End - 1) >> ClusterBits; cluster++)
            {
                ref uint number = ref EntryOf(cluster);
                number = number > Owned ? number : NextCluster() | Expected;
            }
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SourceRange.Check(offset, bytes.Length, Length);
        int position = 0;
        while (ZeroRuns.TryNext(bytes, offset, ClusterLength, ref position, out Range run))
            WriteClusters(offset + run.Start.Value, bytes[run]);
    }

    public void Complete()
    {
        long next = _clusterCount;
        var free = new HashSet<uint>();
        ulong[] directory = new ulong[L1EntryCount];
        Span<ulong> entries = new ulong[L2EntryCount];
        for (int i = 0; i < _tables.Length; i++)
        {
            if (_tables[i] is not { } table)
                continue;
            for (int j = 0; j < table.Length; j++)
            {
                // What was expected and is only zeros leaves a free cluster, a hole.
                if ((table[j] & Expected) != 0)
                {
                    free.Add(table[j] & ~Expected);
                    table[j] = _backing is null ? 0 : Owned;
                }

                entries[j] = table[j] switch { 0 => 0, Owned => ZeroFlag, uint number => ((ulong)number << ClusterBits) | CopiedFlag };
            }

            directory[i] = ((ulong)next << ClusterBits) | CopiedFlag;
            WriteBigEndian(next++ << ClusterBits, entries);
        }

        WriteBigEndian(ClusterLength, directory);
        (long refcountTable, long refcountTableClusters, next) = WriteRefcounts(next, free);
        WriteHeader(refcountTable, refcountTableClusters);
        _file.SetLength(next << ClusterBits);
        _file.Publish();
    }

    public void Dispose() => _file.Dispose();

    // A disk of no bytes has a table too, which its cluster is needed for.
    private int L1EntryCount => Math.Max(1, _tables.Length);

    private static long ClustersFor(long length) => (length + ClusterLength - 1) >> ClusterBits;

    private void WriteClusters(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            long cluster = offset >> ClusterBits, within = offset & (ClusterLength - 1);
            int length = (int)Math.Min(bytes.Length, ClusterLength - within);
            uint first;
            lock (_lock)
            {
                first = Allocate(cluster);
                // Clusters that follow each other on the disk and in the file are written in one go.
                for (uint next = first + 1; length < bytes.Length && TryAllocate(++cluster, next); next++)
                    length = (int)Math.Min(bytes.Length, (long)length + ClusterLength);
            }

            _file.Write(((long)first << ClusterBits) + within, bytes[..length]);
            offset += length;
            bytes = bytes[length..];
        }
    }

    /// <summary>Takes a cluster only if it does or can have this number.</summary>
    private bool TryAllocate(long cluster, uint wanted)
    {
        uint present = EntryOf(cluster) & ~Expected;
        return (present == wanted || (present <= Owned && _clusterCount == wanted)) && Allocate(cluster) == wanted;
    }

    private uint Allocate(long cluster)
    {
        ref uint number = ref EntryOf(cluster);
        return number = number > Owned ? number & ~Expected : NextCluster();
    }

    private uint NextCluster() => _clusterCount < Expected
        ? _clusterCount++
        : throw new UnsupportedFeatureException("a QCOW2 above 128 TiB of content", $"{_file.Path} would need it; write it as raw");

    private ref uint EntryOf(long cluster)
    {
        (long table, long index) = Math.DivRem(cluster, L2EntryCount);
        return ref (_tables[table] ??= new uint[L2EntryCount])[index];
    }

    // All clusters but the free ones are in use once: those of the tables that say so too, which makes their number depend on itself.
    private (long Table, long TableClusters, long ClusterCount) WriteRefcounts(long first, HashSet<uint> free)
    {
        long blocks = 0, tableClusters = 0;
        while (true)
        {
            long total = first + blocks + tableClusters;
            long needed = (total + RefcountsPerBlock - 1) / RefcountsPerBlock;
            long neededTable = ClustersFor(needed * sizeof(ulong));
            if (needed == blocks && neededTable == tableClusters)
                break;
            (blocks, tableClusters) = (needed, neededTable);
        }

        long count = first + blocks + tableClusters;
        byte[] block = new byte[ClusterLength];
        ulong[] table = new ulong[blocks];
        for (long i = 0; i < blocks; i++)
        {
            long used = Math.Min(RefcountsPerBlock, count - (i * RefcountsPerBlock));
            block.AsSpan().Clear();
            for (int j = 0; j < used; j++)
                block[(2 * j) + 1] = (byte)(free.Count > 0 && free.Contains((uint)((i * RefcountsPerBlock) + j)) ? 0 : 1);
            _file.Write((first + i) << ClusterBits, block);
            table[i] = (ulong)(first + i) << ClusterBits;
        }

        WriteBigEndian((first + blocks) << ClusterBits, table);
        return ((first + blocks) << ClusterBits, tableClusters, count);
    }

    private void WriteHeader(long refcountTable, long refcountTableClusters)
    {
        Span<byte> head = new byte[2 * Qcow2Header.MaxBackingNameLength];
        int nameOffset = 0, nameLength = 0;
        if (_backing is not null)
        {
            nameOffset = Qcow2Header.Version3Size + Qcow2Extensions.Write(head[Qcow2Header.Version3Size..], _backing.Format);
            nameLength = Encoding.UTF8.GetBytes(_backing.Name, head[nameOffset..]);
        }

        Qcow2Header.Write(head, new Qcow2HeaderFields
        {
            Length = Length,
            ClusterBits = ClusterBits,
            L1Offset = ClusterLength,
            L1EntryCount = L1EntryCount,
            RefcountTableOffset = refcountTable,
            RefcountTableClusters = refcountTableClusters,
            RefcountOrder = RefcountOrder,
            BackingNameOffset = nameOffset,
            BackingNameLength = nameLength,
        });
        _file.Write(0, head);
    }

    private void WriteBigEndian(long offset, ReadOnlySpan<ulong> entries)
    {
        ulong[] bytes = new ulong[entries.Length];
        if (BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(entries, bytes);
        else
            entries.CopyTo(bytes);
        _file.Write(offset, MemoryMarshal.AsBytes(bytes.AsSpan()));
    }
}
