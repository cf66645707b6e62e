using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>
/// The allocation table, open for changes: all copies are kept equal where the volume mirrors them. Gives out clusters: those behind the
/// file's last one, else the first run that is long enough, else what there is from the start.
/// </summary>
internal sealed class WritableTable
{
    private readonly Geometry _geometry;
    private readonly SectorStore _store;
    private readonly byte[] _used; // a bit for each cluster
    private readonly List<(ClusterRun Run, bool WasUsed)> _undo = [];

    public WritableTable(Geometry geometry, SectorStore store, AllocationTable table)
    {
        _geometry = geometry;
        _store = store;
        _used = new byte[((geometry.EndCluster + 63) / 64) * sizeof(ulong)];
        _used.AsSpan().Fill(byte.MaxValue);
        foreach (ByteRange run in table.GetFreeRuns())
        {
            Bitmap.Fill(_used, (int)run.Offset, (int)run.Length, false);
            FreeCount += (int)run.Length;
        }
    }

    public int FreeCount { get; private set; }

    /// <summary>The cluster that was given out last; 0 for none yet.</summary>
    public int LastAllocated { get; private set; }

    public void Begin() => _undo.Clear();

    /// <summary>Undoes what was allocated and freed since <see cref="Begin"/>; the store undoes the table itself.</summary>
    public void Rollback()
    {
        for (int i = _undo.Count - 1; i >= 0; i--)
            Mark(_undo[i].Run, _undo[i].WasUsed);
        _undo.Clear();
    }

    /// <summary>Gives out clusters and links them to a chain that ends there.</summary>
    /// <param name="after">The last cluster of the chain that they lengthen; 0 for a new one.</param>
    /// <exception cref="RefusedOperationException">There are not so many free clusters.</exception>
    public List<ClusterRun> Allocate(int after, long wanted)
    {
        if (wanted > FreeCount)
            throw new RefusedOperationException(
                RefusalReason.NoSpace,
                $"the file system is full: {wanted * _geometry.ClusterSize} bytes are needed, {(long)FreeCount * _geometry.ClusterSize} "
                + "are free");
        var runs = new List<ClusterRun>();
        int rest = (int)wanted;
        if (after != 0 && rest > 0)
            rest -= Take(runs, after + 1, rest);
        if (rest > 0 && FindRun(rest) is > 0 and int first)
            rest -= Take(runs, first, rest);
        for (int start = Geometry.FirstCluster; rest > 0; start++)
        {
            start = Bitmap.IndexOf(_used, false, start, _geometry.EndCluster);
            rest -= Take(runs, start, rest);
        }

        int previous = after;
        foreach (ClusterRun run in runs)
        {
            for (int cluster = run.First; cluster <= run.Last; cluster++)
            {
                if (previous != 0)
                    Set(previous, cluster);
                previous = cluster;
            }
        }

        if (runs.Count > 0)
        {
            Set(previous, AllocationTable.End);
            LastAllocated = previous;
        }

        return runs;
    }

    /// <summary>Ends a chain after some clusters and frees the others.</summary>
    public void Cut(List<ClusterRun> runs, long keptCount)
    {
        int last = 0;
        foreach (ClusterRun run in runs)
        {
            int kept = (int)Math.Min(run.Count, keptCount);
            keptCount -= kept;
            if (kept > 0)
                last = run.First + kept - 1;
            if (kept == run.Count)
                continue;
            for (int cluster = run.First + kept; cluster <= run.Last; cluster++)
                Set(cluster, AllocationTable.Free);
            var freed = new ClusterRun(run.First + kept, run.Count - kept);
            _undo.Add((freed, true));
            Mark(freed, false);
        }

        if (last != 0)
            Set(last, AllocationTable.End);
    }

    private int Take(List<ClusterRun> runs, int first, int wanted)
    {
        int end = Bitmap.IndexOf(_used, true, first, _geometry.EndCluster);
        int count = Math.Min(wanted, end - first);
        if (first >= _geometry.EndCluster || count <= 0)
            return 0;
        var run = new ClusterRun(first, count);
        _undo.Add((run, false));
        Mark(run, true);
        runs.Add(run);
        return count;
    }

    private int FindRun(int length)
    {
        int start = Bitmap.IndexOf(_used, false, Geometry.FirstCluster, _geometry.EndCluster);
        while (start < _geometry.EndCluster)
        {
            int end = Bitmap.IndexOf(_used, true, start, _geometry.EndCluster);
            if (end - start >= length)
                return start;
            start = Bitmap.IndexOf(_used, false, end, _geometry.EndCluster);
        }

        return 0;
    }

    private void Mark(ClusterRun run, bool isUsed)
    {
        Bitmap.Fill(_used, run.First, run.Count, isUsed);
        FreeCount += isUsed ? -run.Count : run.Count;
    }

    private void Set(int cluster, int value)
    {
        for (int copy = 0; copy < _geometry.FatCount; copy++)
        {
            if (_geometry.IsMirrored || copy == _geometry.ActiveFat)
                SetIn(_geometry.FatOffset + (copy * _geometry.FatLength) + AllocationTable.OffsetOf(_geometry.Type, cluster), cluster,
                    (uint)value);
        }
    }

    private void SetIn(long offset, int cluster, uint value)
    {
        Span<byte> bytes = stackalloc byte[_geometry.Type == FatType.Fat32 ? sizeof(uint) : sizeof(ushort)];
        _store.ReadMetadata(offset, bytes);
        switch (_geometry.Type)
        {
            case FatType.Fat12:
                int both = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
                int entry = (int)(value & 0xFFF);
                both = cluster % 2 == 0 ? (both & 0xF000) | entry : (both & 0x000F) | entry << 4;
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)both);
                break;
            case FatType.Fat16:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
                break;
            default:
                uint before = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, (before & ~AllocationTable.Mask32) | (value & AllocationTable.Mask32));
                break;
        }

        _store.Write(offset, bytes);
    }
}
