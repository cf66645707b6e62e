namespace Mig.FileSystems.Fat;

/// <summary>Compares the copies of the allocation table, which a sound volume keeps equal.</summary>
internal static class TableCopies
{
    private const int StepSize = 1 << 16;

    /// <summary>Returns where two copies differ, without a full stop; null when they do not.</summary>
    public static string? FindDifference(IVolumeReader reader, Geometry geometry)
    {
        if (!geometry.IsMirrored)
            return null;
        byte[] first = new byte[StepSize];
        byte[] other = new byte[StepSize];
        for (int copy = 1; copy < geometry.FatCount; copy++)
        {
            for (long offset = 0; offset < geometry.FatLength; offset += StepSize)
            {
                int count = (int)Math.Min(StepSize, geometry.FatLength - offset);
                reader.Read(geometry.FatOffset + offset, first.AsSpan(0, count));
                reader.Read(geometry.FatOffset + (copy * geometry.FatLength) + offset, other.AsSpan(0, count));
                int length = first.AsSpan(0, count).CommonPrefixLength(other.AsSpan(0, count));
                if (length < count)
                    return $"allocation tables 1 and {copy + 1} differ at byte {offset + length}";
            }
        }

        return null;
    }
}
