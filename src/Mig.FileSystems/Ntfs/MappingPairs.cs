namespace Mig.FileSystems.Ntfs;

/// <summary>
/// Decodes the runs of a value. Source: ntfs-3g runlist.c; a byte with two sizes, a length, and a signed distance from the run before.
/// </summary>
internal static class MappingPairs
{
    /// <summary>Adds the runs of one attribute to those that are there.</summary>
    /// <param name="vcn">Where the first run begins.</param>
    /// <param name="endVcn">Where the last one must end.</param>
    /// <param name="maxRuns">Most runs altogether.</param>
    /// <returns>Null when they are sound, else what is wrong.</returns>
    public static string? Decode(ReadOnlySpan<byte> bytes, long vcn, long endVcn, long clusterCount, int maxRuns, List<Run> runs)
    {
        long lcn = 0;
        int at = 0;
        while (at < bytes.Length && bytes[at] != 0)
        {
            int lengthSize = bytes[at] & 0xF, offsetSize = bytes[at] >> 4;
            at++;
            if (lengthSize is 0 or > 8 || offsetSize > 8 || lengthSize + offsetSize > bytes.Length - at)
                return $"run {runs.Count} has sizes {lengthSize} and {offsetSize}, 1 to 8 and 0 to 8 within the attribute allowed";
            long length = ReadSigned(bytes.Slice(at, lengthSize));
            at += lengthSize;
            if (length <= 0 || length > endVcn - vcn)
                return $"run {runs.Count} has {length} clusters, 1 to {endVcn - vcn} allowed";
            long start = -1;
            if (offsetSize > 0)
            {
                long distance = ReadSigned(bytes.Slice(at, offsetSize));
                at += offsetSize;

                // Old versions write a hole as cluster -1.
                start = unchecked(lcn + distance);
                if (start != -1)
                {
                    if (start < 0 || start > clusterCount - length)
                        return $"run {runs.Count} has {length} clusters from {start}, within {clusterCount} allowed";
                    lcn = start;
                }
            }

            if (runs.Count > 0 && runs[^1].End == vcn
                && (start < 0 ? runs[^1].IsHole : !runs[^1].IsHole && runs[^1].Lcn + runs[^1].Count == start))
                runs[^1] = runs[^1] with { Count = runs[^1].Count + length };
            else if (runs.Count >= maxRuns)
                return $"it has more than {maxRuns} runs, at most {maxRuns} allowed";
            else
                runs.Add(new Run(vcn, length, start));
            vcn += length;
        }

        return vcn == endVcn ? null : $"its runs end at cluster {vcn}, {endVcn} needed";
    }

    private static long ReadSigned(ReadOnlySpan<byte> bytes)
    {
        long value = (sbyte)bytes[^1];
        for (int i = bytes.Length - 2; i >= 0; i--)
            value = (value << 8) | bytes[i];
        return value;
    }
}
