using System.Globalization;
using System.Text;
using Mig.Core;

namespace Mig.Exchange.Traces;

/// <summary>What a start of a version read of its disks, in the order in which it was first touched.</summary>
/// <param name="Ranges">Disjoint; neighbours in order are one range, up to 16 MiB.</param>
/// <remarks>As text (docs/format.md, "Traces"): a line of magic, then a line "DISK FIRST COUNT" for each range.</remarks>
public sealed record BootTrace(IReadOnlyList<TraceRange> Ranges)
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockSize = 256 << 10;

    /// <summary>Most blocks of a range: 16 MiB.</summary>
    public const int MostRunBlocks = 64;

    /// <summary>Most blocks of a trace: 16 GiB. What is read later is left out.</summary>
    public const int MostBlocks = 1 << 16;

    private const int MostRanges = 1 << 14;
    private const string Magic = "mig-trace 1";
    private const string Code = "TRACE-001";

    /// <summary>Bytes of all blocks; the last one of a disk may have fewer.</summary>
    public long Length => Ranges.Sum(range => (long)range.Count * BlockSize);

    /// <summary>Makes a trace of blocks in the order in which they were touched, each once.</summary>
    public static BootTrace Of(IEnumerable<(int Disk, long Block)> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        var ranges = new List<TraceRange>();
        foreach ((int disk, long block) in blocks)
        {
            if (ranges.Count > 0 && ranges[^1] is var last && last.Disk == disk && last.First + last.Count == block
                && last.Count < MostRunBlocks)
                ranges[^1] = last with { Count = last.Count + 1 };
            else if (ranges.Count < MostRanges)
                ranges.Add(new TraceRange(disk, block, 1));
            else
                break;
        }

        return new BootTrace(ranges);
    }

    /// <summary>Reads the text of a trace, which anybody may have written.</summary>
    /// <param name="where">What it stands in, for errors.</param>
    /// <param name="diskLengths">Bytes of the version's disks.</param>
    /// <exception cref="CorruptStoreException">TRACE-001: it is none, or leads outside the disks.</exception>
    public static BootTrace Parse(string text, string where, IReadOnlyList<long> diskLengths)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(diskLengths);
        string[] lines = text.Split('\n');
        if (lines[0] != Magic || lines[^1].Length > 0)
            throw Corrupt(where, 1, lines[0], $"'{Magic}' and a line break at the end");
        if (lines.Length - 2 > MostRanges)
            throw Corrupt(where, lines.Length, $"{lines.Length - 2} ranges", $"at most {MostRanges}");
        var ranges = new List<TraceRange>();
        long blocks = 0;
        for (int i = 1; i < lines.Length - 1; i++)
        {
            if (lines[i].Split(' ') is not [var diskText, var firstText, var countText] || !TryNumber(diskText, out long disk)
                || !TryNumber(firstText, out long first) || !TryNumber(countText, out long count))
                throw Corrupt(where, i + 1, lines[i], "three numbers, DISK FIRST COUNT,");
            if (disk < 1 || disk > diskLengths.Count)
                throw Corrupt(where, i + 1, lines[i], $"a disk from 1 to {diskLengths.Count}");
            if (count is < 1 or > MostRunBlocks)
                throw Corrupt(where, i + 1, lines[i], $"1 to {MostRunBlocks} blocks");
            long last = CountBlocks(diskLengths[(int)disk - 1]);
            if (first > last - count)
                throw Corrupt(where, i + 1, lines[i], $"blocks before block {last}, where the disk ends,");
            blocks += count;
            if (blocks > MostBlocks)
                throw Corrupt(where, i + 1, $"{blocks} blocks", $"at most {MostBlocks} in all");
            ranges.Add(new TraceRange((int)disk - 1, first, (int)count));
        }

        return new BootTrace(ranges);
    }

    /// <summary>Writes the text that <see cref="Parse"/> reads.</summary>
    public string ToText()
    {
        var text = new StringBuilder(Magic).Append('\n');
        foreach (TraceRange range in Ranges)
            text.Append(CultureInfo.InvariantCulture, $"{range.Disk + 1} {range.First} {range.Count}\n");
        return text.ToString();
    }

    /// <summary>Number of blocks of a disk.</summary>
    internal static long CountBlocks(long length) => (length / BlockSize) + (length % BlockSize > 0 ? 1 : 0);

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= long.MaxValue / BlockSize;

    private static CorruptStoreException Corrupt(string where, int line, string found, string allowed) => new(Code,
        $"{where}, line {line}: {Utf8Text.Quote(Encoding.UTF8.GetBytes(found.Length > 80 ? found[..80] : found))} found, "
            + $"{allowed} allowed; 'mig trace drop' removes it");
}
