using System.Text;
using Mig.History.Diffs.Text;

namespace Mig.History.Merging.Text;

/// <summary>
/// Merges two texts that come from a third one, line by line, with Git's outcome: what one side changed is taken, what both changed alike
/// is taken once, changes that overlap or touch are conflicts, cut down to the lines in which the sides differ.
/// </summary>
public static class TextMerge
{
    private const int MarkLength = 7;

    // Conflicts with so few lines between them are easier to read as one.
    private const int MaxGap = 3;

    /// <param name="before">What both come from; empty when there is nothing.</param>
    public static TextMergeResult Merge(
        ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> ours, ReadOnlyMemory<byte> theirs, TextMergeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        TextLines baseLines = new(before), ourLines = new(ours), theirLines = new(theirs);
        List<MergeRegion> regions = FindRegions(
            LineDiff.Compare(baseLines, ourLines), LineDiff.Compare(baseLines, theirLines), ourLines, theirLines);
        if (options.ShowsBase)
            return Write(regions, ourLines, theirLines, options, baseLines);
        regions = JoinNear([.. regions.SelectMany(region => region.Side is null ? Refine(region, ourLines, theirLines) : [region])],
            ourLines);
        return Write(regions, ourLines, theirLines, options, null);
    }

    private static List<MergeRegion> FindRegions(
        IReadOnlyList<LineChange> left, IReadOnlyList<LineChange> right, TextLines ours, TextLines theirs)
    {
        var regions = new List<MergeRegion>();
        int i = 0, j = 0, leftShift = 0, rightShift = 0;
        while (i < left.Count || j < right.Count)
        {
            if (j == right.Count || (i < left.Count && End(left[i]) < right[j].Before))
            {
                LineChange change = left[i++];
                Add(regions, new MergeRegion(MergeSide.Ours, change.After, change.After + change.Added, change.Before + rightShift,
                    End(change) + rightShift)
                { Base = change.Before, BaseEnd = End(change) });
                leftShift += change.Added - change.Removed;
                continue;
            }

            if (i == left.Count || End(right[j]) < left[i].Before)
            {
                LineChange change = right[j++];
                Add(regions, new MergeRegion(MergeSide.Theirs, change.Before + leftShift, End(change) + leftShift, change.After,
                    change.After + change.Added)
                { Base = change.Before, BaseEnd = End(change) });
                rightShift += change.Added - change.Removed;
                continue;
            }

            (LineChange a, LineChange b) = (left[i], right[j]);
            if (!IsSame(a, b, ours, theirs))
            {
                int start = Math.Min(a.Before, b.Before), end = Math.Max(End(a), End(b));
                var both = new MergeRegion(null, start + a.After - a.Before, end + a.After + a.Added - End(a), start + b.After - b.Before,
                    end + b.After + b.Added - End(b));
                Add(regions, both with { Base = start, BaseEnd = end });
            }

            if (End(a) >= End(b))
            {
                rightShift += b.Added - b.Removed;
                j++;
            }

            if (End(b) >= End(a))
            {
                leftShift += a.Added - a.Removed;
                i++;
            }
        }

        return regions;
    }

    private static int End(LineChange change) => change.Before + change.Removed;

    private static bool IsSame(LineChange a, LineChange b, TextLines ours, TextLines theirs)
    {
        if (a.Before != b.Before || a.Removed != b.Removed || a.Added != b.Added)
            return false;
        for (int i = 0; i < a.Added; i++)
        {
            if (!ours[a.After + i].SequenceEqual(theirs[b.After + i]))
                return false;
        }

        return true;
    }

    private static void Add(List<MergeRegion> regions, MergeRegion region)
    {
        if (regions.Count > 0 && (region.Ours <= regions[^1].OursEnd || region.Theirs <= regions[^1].TheirsEnd))
            regions[^1] = regions[^1].JoinedWith(region);
        else
            regions.Add(region);
    }

    // The base does not matter any more here: only lines in which the sides differ are in conflict.
    private static IEnumerable<MergeRegion> Refine(MergeRegion region, TextLines ours, TextLines theirs)
    {
        if (region.Ours == region.OursEnd || region.Theirs == region.TheirsEnd)
            return region.Ours == region.OursEnd && region.Theirs == region.TheirsEnd ? [] : [region];
        IReadOnlyList<LineChange> changes =
            LineDiff.Compare(Part(ours, region.Ours, region.OursEnd), Part(theirs, region.Theirs, region.TheirsEnd));
        return changes.Select(change => new MergeRegion(
            null,
            region.Ours + change.Before,
            region.Ours + End(change),
            region.Theirs + change.After,
            region.Theirs + change.After + change.Added));
    }

    private static TextLines Part(TextLines lines, int start, int end)
    {
        var bytes = new List<byte>();
        for (int i = start; i < end; i++)
            bytes.AddRange(lines[i]);
        return new TextLines(bytes.ToArray());
    }

    private static List<MergeRegion> JoinNear(List<MergeRegion> regions, TextLines ours)
    {
        var joined = new List<MergeRegion>();
        foreach (MergeRegion region in regions)
        {
            if (joined.Count > 0 && joined[^1].Side is null && region.Side is null && IsSmallGap(ours, joined[^1].OursEnd, region.Ours))
                joined[^1] = joined[^1].JoinedWith(region);
            else
                joined.Add(region);
        }

        return joined;
    }

    private static bool IsSmallGap(TextLines lines, int start, int end)
    {
        if (end - start <= MaxGap)
            return true;
        for (int i = start; i < end; i++)
        {
            foreach (byte b in lines[i])
            {
                if (char.IsAsciiLetterOrDigit((char)b))
                    return false;
            }
        }

        return true;
    }

    private static TextMergeResult Write(
        List<MergeRegion> regions, TextLines ours, TextLines theirs, TextMergeOptions options, TextLines? before)
    {
        var text = new MemoryStream();
        int position = 0, conflicts = 0;
        foreach (MergeRegion region in regions)
        {
            Copy(text, ours, position, region.Ours);
            position = region.OursEnd;
            switch (region.Side ?? options.Favored)
            {
                case MergeSide.Ours:
                    Copy(text, ours, region.Ours, region.OursEnd);
                    break;
                case MergeSide.Theirs:
                    Copy(text, theirs, region.Theirs, region.TheirsEnd);
                    break;
                default:
                    conflicts++;
                    Mark(text, '<', options.OursLabel);
                    Copy(text, ours, region.Ours, region.OursEnd, endsLine: true);
                    if (before is not null)
                    {
                        Mark(text, '|', "base");
                        Copy(text, before, region.Base, region.BaseEnd, endsLine: true);
                    }

                    Mark(text, '=', "");
                    Copy(text, theirs, region.Theirs, region.TheirsEnd, endsLine: true);
                    Mark(text, '>', options.TheirsLabel);
                    break;
            }
        }

        Copy(text, ours, position, ours.Count);
        return new TextMergeResult(text.ToArray(), conflicts);
    }

    private static void Mark(MemoryStream text, char mark, string label) =>
        text.Write(Encoding.UTF8.GetBytes(new string(mark, MarkLength) + (label.Length > 0 ? " " + label : "") + "\n"));

    // A last line without a break gets one where more lines follow it.
    private static void Copy(MemoryStream text, TextLines lines, int start, int end, bool endsLine = false)
    {
        for (int i = start; i < end; i++)
        {
            if (text.Length > 0 && text.GetBuffer()[text.Length - 1] != (byte)'\n')
                text.WriteByte((byte)'\n');
            text.Write(lines[i]);
        }

        if (endsLine && end > start && text.GetBuffer()[text.Length - 1] != (byte)'\n')
            text.WriteByte((byte)'\n');
    }
}
