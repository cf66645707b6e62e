using Mig.Core;

namespace Mig.FileSystems.Fat;

/// <summary>Lists directories.</summary>
internal sealed class DirectoryReader(IVolumeReader reader, Geometry geometry, ClusterChains chains)
{
    /// <summary>The most that a directory may have, in bytes.</summary>
    public const int MaxLength = 65536 * DirectorySlot.Size;

    /// <summary>Returns where a directory lies, in order.</summary>
    /// <param name="firstCluster">0 for the root directory of FAT12 and FAT16.</param>
    /// <param name="damage">Takes what is wrong with the chain, and what comes before it is returned; null to throw.</param>
    public List<ByteRange> GetRanges(int firstCluster, DamageList? damage = null)
    {
        if (firstCluster == 0)
            return [geometry.FixedRoot];
        int max = Math.Max(1, MaxLength / geometry.ClusterSize);
        var ranges = new List<ByteRange>();
        long count = 0;
        foreach (ClusterRun run in chains.Follow(firstCluster, max + 1, $"directory at cluster {firstCluster}", damage))
        {
            count += run.Count;
            ranges.Add(new ByteRange(geometry.OffsetOf(run.First), (long)run.Count * geometry.ClusterSize));
        }

        if (count <= max)
            return ranges;
        CorruptImageException tooLong =
            FatError.Corrupt("FAT-030", $"directory at cluster {firstCluster}: has more than {max} clusters, at most {max} allowed");
        if (damage is null)
            throw tooLong;
        damage.Add(tooLong);
        return ranges;
    }

    /// <summary>Returns all entries but <c>.</c>, <c>..</c> and the volume label, in the order in which they are stored.</summary>
    public List<FatEntry> Read(int firstCluster) => Read(GetRanges(firstCluster), firstCluster);

    /// <inheritdoc cref="Read(int)"/>
    /// <param name="damage">Takes names that cannot be; null to throw.</param>
    public List<FatEntry> Read(List<ByteRange> ranges, int firstCluster, DamageList? damage = null)
    {
        var entries = new List<FatEntry>();
        var longName = new LongName();
        int number = 0;
        foreach (ByteRange range in ranges)
        {
            byte[] bytes = ReadRange(range);
            for (int at = 0; at < bytes.Length; at += DirectorySlot.Size, number++)
            {
                var slot = new DirectorySlot(bytes.AsSpan(at));
                if (slot.IsEnd)
                    return entries;
                if (slot.IsLongName && !slot.IsDeleted)
                {
                    longName.Add(slot);
                    continue;
                }

                if (!slot.IsDeleted && (slot.Attributes & DosAttributes.VolumeLabel) == 0 && !IsDots(slot.ShortName)
                    && Make(slot, longName, number, range.Offset + at, bytes.AsSpan(at, DirectorySlot.Size), firstCluster,
                        damage) is { } entry)
                {
                    entries.Add(entry);
                }

                longName.Clear();
            }
        }

        return entries;
    }

    /// <summary>Returns the volume label of a root directory; null when it has none.</summary>
    public string? ReadLabel(int firstCluster)
    {
        foreach (ByteRange range in GetRanges(firstCluster))
        {
            byte[] bytes = ReadRange(range);
            for (int at = 0; at < bytes.Length; at += DirectorySlot.Size)
            {
                var slot = new DirectorySlot(bytes.AsSpan(at));
                if (slot.IsEnd)
                    return null;
                if (!slot.IsDeleted && !slot.IsLongName && (slot.Attributes & DosAttributes.VolumeLabel) != 0)
                    return ShortName.ReadLabel(slot.ShortName);
            }
        }

        return null;
    }

    private byte[] ReadRange(ByteRange range)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)range.Length);
        reader.ReadMetadata(range.Offset, bytes);
        return bytes;
    }

    private static bool IsDots(ReadOnlySpan<byte> name) => name.SequenceEqual(".          "u8) || name.SequenceEqual("..         "u8);

    private static FatEntry? Make(
        DirectorySlot slot, LongName longName, int number, long offset, ReadOnlySpan<byte> bytes, int firstCluster, DamageList? damage)
    {
        string shortName = ShortName.Read(slot);
        string? name = longName.Finish(slot.ShortName);
        foreach (string text in (string[])[shortName, name ?? shortName])
        {
            if (text is not ("" or "." or "..") && !text.AsSpan().ContainsAny('/', '\0')
                && !(text[0] == '.' && ReferenceEquals(text, shortName)))
                continue;
            CorruptImageException fault = FatError.Corrupt(
                "FAT-032", $"directory at cluster {firstCluster}: slot {number} has the name \"{text}\", which no path can have");
            if (damage is null)
                throw fault;
            damage.Add(fault);
            return null;
        }

        return new FatEntry(name ?? shortName, shortName, name is null ? number : number - longName.SlotCount, number, offset,
            bytes.ToArray());
    }
}
