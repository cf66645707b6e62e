using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>Reads values: resident ones, runs of clusters with holes, compressed units. Safe for several threads.</summary>
internal sealed class ValueReader(IByteSource volume, Geometry geometry)
{
    /// <summary>Reads a small value whole.</summary>
    /// <param name="maxSize">Most bytes that it may have.</param>
    /// <exception cref="CorruptImageException">It has more.</exception>
    public byte[] ReadWhole(AttributeValue value, int maxSize)
    {
        if (value.Size > maxSize)
            throw value.Corrupt("NTFS-024", $"has {value.Size} bytes, at most {maxSize} allowed");
        byte[] bytes = new byte[value.Size];
        Read(value, 0, bytes);
        return bytes;
    }

    /// <summary>Reads a part that lies within the value.</summary>
    public void Read(AttributeValue value, long offset, Span<byte> destination)
    {
        if (value.IsResident)
        {
            value.Resident.Slice((int)offset, destination.Length).CopyTo(destination);
            return;
        }

        destination.Clear();
        int length = (int)Math.Clamp(value.InitializedSize - offset, 0, destination.Length);
        if (length == 0)
            return;
        if (value.IsCompressed)
            ReadCompressed(value, offset, destination[..length]);
        else
            ReadRuns(value.GetRuns(), offset, destination[..length]);
    }

    /// <summary>Reads from runs; holes stay as the destination is.</summary>
    public void ReadRuns(ReadOnlySpan<Run> runs, long offset, Span<byte> destination)
    {
        var wanted = new ByteRange(offset, destination.Length);
        for (int i = IndexOf(runs, offset / geometry.ClusterSize); i < runs.Length && runs[i].Vcn * geometry.ClusterSize < wanted.End; i++)
        {
            if (runs[i].IsHole)
                continue;
            var range = new ByteRange(runs[i].Vcn * geometry.ClusterSize, runs[i].Count * geometry.ClusterSize);
            ByteRange part = wanted.Intersect(range);
            volume.ReadExactly((runs[i].Lcn * geometry.ClusterSize) + (part.Offset - range.Offset),
                destination.Slice((int)(part.Offset - offset), (int)part.Length));
        }
    }

    /// <summary>Returns the index of the first run that ends behind a cluster.</summary>
    public static int IndexOf(ReadOnlySpan<Run> runs, long vcn)
    {
        int low = 0, high = runs.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (runs[middle].End <= vcn)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private void ReadCompressed(AttributeValue value, long offset, Span<byte> destination)
    {
        Run[] runs = value.GetRuns();
        int unitClusters = value.UnitClusters;
        int unitSize = unitClusters * geometry.ClusterSize;
        byte[]? plain = null, stored = null;
        for (int done = 0; done < destination.Length;)
        {
            long unit = (offset + done) / unitSize;
            int from = (int)((offset + done) % unitSize);
            Span<byte> to = destination.Slice(done, Math.Min(unitSize - from, destination.Length - done));
            long clusters = CompressionUnits.CountStored(runs, unit * unitClusters, unitClusters);
            if (clusters == unitClusters)
            {
                ReadRuns(runs, offset + done, to);
            }
            else if (clusters > 0)
            {
                stored ??= new byte[unitSize];
                plain ??= new byte[unitSize];
                Span<byte> compressed = stored.AsSpan(0, (int)clusters * geometry.ClusterSize);
                ReadRuns(runs, unit * unitSize, compressed);
                if (!Lznt1.TryDecompress(compressed, plain))
                    throw value.Corrupt("NTFS-025", $"the compressed unit at byte {unit * unitSize} is damaged");
                plain.AsSpan(from, to.Length).CopyTo(to);
            }

            done += to.Length;
        }
    }
}
