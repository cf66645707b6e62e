using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>Finds the clusters that nothing uses, from <c>$Bitmap</c>.</summary>
internal sealed class FreeSpace(AttributeValue bitmap, ValueReader reader, Geometry geometry)
{
    private const int StepSize = 64 << 10;
    private const int BitsPerStep = StepSize * 8;

    /// <summary>Returns free ranges in bytes, ascending, disjoint, not touching.</summary>
    public IEnumerable<ByteRange> GetRanges()
    {
        byte[] bytes = new byte[StepSize];
        long freeStart = -1;
        for (long first = 0; first < geometry.ClusterCount; first += BitsPerStep)
        {
            int count = (int)Math.Min(BitsPerStep, geometry.ClusterCount - first);
            reader.Read(bitmap, first / 8, bytes.AsSpan(0, (count + 7) / 8));
            for (int bit = 0; bit < count;)
            {
                bool isFree = freeStart >= 0;
                int next = Bitmap.IndexOf(bytes, isFree, bit, count);
                if (next == count)
                    break;
                if (isFree)
                    yield return InBytes(freeStart, first + next);
                freeStart = isFree ? -1 : first + next;
                bit = next;
            }
        }

        if (freeStart >= 0)
            yield return InBytes(freeStart, geometry.ClusterCount);
    }

    private ByteRange InBytes(long start, long end) => ByteRange.FromBounds(start * geometry.ClusterSize, end * geometry.ClusterSize);
}
