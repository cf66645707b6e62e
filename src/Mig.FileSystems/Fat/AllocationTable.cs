using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Fat;

// Layout: Microsoft, "FAT32 File System Specification" 1.03, "FAT Data Structure": entries of 12 bits (two in three bytes), 16, or 28 of 32
// bits.
/// <summary>The active allocation table: for each cluster, which one comes next.</summary>
internal sealed class AllocationTable(IVolumeReader reader, Geometry geometry)
{
    public const int Free = 0;

    /// <summary>The cluster is the last of its chain.</summary>
    public const int End = int.MaxValue;

    /// <summary>The medium is broken there.</summary>
    public const int Bad = int.MaxValue - 1;

    /// <summary>The bits of an entry of FAT32; the others must stay as they are.</summary>
    public const uint Mask32 = 0x0FFFFFFF;

    private const int EntriesPerPiece = 32 << 10; // even, so that no entry of 12 bits is cut

    /// <summary>Returns where an entry begins in its table, in bytes.</summary>
    public static long OffsetOf(FatType type, long cluster) => type == FatType.Fat12 ? cluster * 3 / 2 : cluster * ((int)type / 8);

    /// <summary>
    /// Returns what comes after a cluster: a number that must still be checked, <see cref="Free"/>, <see cref="Bad"/> or <see cref="End"/>.
    /// </summary>
    public int Get(int cluster)
    {
        Span<byte> bytes = stackalloc byte[geometry.Type == FatType.Fat32 ? 4 : 2];
        reader.ReadMetadata(ActiveOffset + OffsetOf(geometry.Type, cluster), bytes);
        return Decode(bytes, cluster);
    }

    /// <summary>Returns the runs of free clusters, ascending: the first, and how many.</summary>
    public IEnumerable<ByteRange> GetFreeRuns()
    {
        int[] values = new int[EntriesPerPiece];
        long start = -1;
        for (int first = 0; first < geometry.EndCluster; first += EntriesPerPiece)
        {
            int count = ReadPiece(first, values);
            for (int i = first == 0 ? Geometry.FirstCluster : 0; i < count; i++)
            {
                if (values[i] == Free)
                {
                    if (start < 0)
                        start = first + i;
                }
                else if (start >= 0)
                {
                    yield return ByteRange.FromBounds(start, first + i);
                    start = -1;
                }
            }
        }

        if (start >= 0)
            yield return ByteRange.FromBounds(start, geometry.EndCluster);
    }

    private long ActiveOffset => geometry.FatOffset + (geometry.ActiveFat * geometry.FatLength);

    private int ReadPiece(int first, int[] values)
    {
        int count = Math.Min(values.Length, geometry.EndCluster - first);
        long offset = OffsetOf(geometry.Type, first);
        byte[] bytes = new byte[OffsetOf(geometry.Type, first + count) - offset + 1];
        reader.Read(ActiveOffset + offset, bytes.AsSpan(0, (int)Math.Min(bytes.Length, geometry.FatLength - offset)));
        for (int i = 0; i < count; i++)
            values[i] = Decode(bytes.AsSpan((int)(OffsetOf(geometry.Type, first + i) - offset)), first + i);
        return count;
    }

    private int Decode(ReadOnlySpan<byte> bytes, int cluster)
    {
        switch (geometry.Type)
        {
            case FatType.Fat12:
                int value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
                value = cluster % 2 == 0 ? value & 0xFFF : value >> 4;
                return value >= 0xFF8 ? End : value == 0xFF7 ? Bad : value;
            case FatType.Fat16:
                value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
                return value >= 0xFFF8 ? End : value == 0xFFF7 ? Bad : value;
            default:
                value = (int)(BinaryPrimitives.ReadUInt32LittleEndian(bytes) & Mask32);
                return value >= 0x0FFFFFF8 ? End : value == 0x0FFFFFF7 ? Bad : value;
        }
    }
}
