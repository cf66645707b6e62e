namespace Mig.History.Diffs.Text;

/// <summary>Finds the lines in which two texts differ.</summary>
public static class LineDiff
{
    /// <summary>Returns what changed, ascending; what stands between is the same.</summary>
    public static IReadOnlyList<LineChange> Compare(TextLines before, TextLines after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        (int[] left, int[] right) = Number(before, after);
        bool[] removed = new bool[left.Length], added = new bool[right.Length];
        MarkWithoutUnmatched(left, right, removed, added);
        Slide(left, removed, added);
        Slide(right, added, removed);
        return [.. Collect(removed, added)];
    }

    // Equal lines get equal numbers.
    private static (int[] Before, int[] After) Number(TextLines before, TextLines after)
    {
        var numbers = new Dictionary<LineKey, int>();
        int[][] all = [new int[before.Count], new int[after.Count]];
        foreach ((TextLines lines, int[] target) in (ReadOnlySpan<(TextLines, int[])>)[(before, all[0]), (after, all[1])])
        {
            for (int i = 0; i < lines.Count; i++)
            {
                var key = new LineKey(lines, i);
                if (!numbers.TryGetValue(key, out int number))
                    numbers[key] = number = numbers.Count;
                target[i] = number;
            }
        }

        return (all[0], all[1]);
    }

    // A line that the other text does not have is gone or new, whatever the rest is.
    private static void MarkWithoutUnmatched(int[] before, int[] after, bool[] removed, bool[] added)
    {
        var inBefore = new HashSet<int>(before);
        var inAfter = new HashSet<int>(after);
        int[] keptBefore = Keep(before, inAfter, removed), keptAfter = Keep(after, inBefore, added);
        bool[] keptRemoved = new bool[keptBefore.Length], keptAdded = new bool[keptAfter.Length];
        MyersPath.Mark([.. keptBefore.Select(i => before[i])], [.. keptAfter.Select(i => after[i])], keptRemoved, keptAdded);
        for (int i = 0; i < keptBefore.Length; i++)
            removed[keptBefore[i]] = keptRemoved[i];
        for (int i = 0; i < keptAfter.Length; i++)
            added[keptAfter[i]] = keptAdded[i];
    }

    private static int[] Keep(int[] lines, HashSet<int> other, bool[] changed)
    {
        var kept = new List<int>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (other.Contains(lines[i]))
                kept.Add(i);
            else
                changed[i] = true;
        }

        return [.. kept];
    }

    // A run of changed lines can often stand a line up or down with the same result. As in Git, it goes down as far as it can, joining others, unless
    // a place on the way is one where the other text changed, too.
    private static void Slide(int[] lines, bool[] changed, bool[] other)
    {
        // Where the other text stands after as many unchanged lines.
        int partner = 0;
        for (int start = 0; start < lines.Length;)
        {
            if (!changed[start])
            {
                start++;
                partner = RunEnd(other, partner) + 1;
                continue;
            }

            int end = RunEnd(changed, start);
            (start, end, partner) = SlideUp(lines, changed, other, start, end, partner);
            int shifts = 0, matching = IsChanged(other, partner) ? 0 : -1;
            while (end < lines.Length && lines[start] == lines[end])
            {
                int length = end - start;
                (changed[start], changed[end]) = (false, true);
                (start, end) = (start + 1, RunEnd(changed, end));
                partner = RunEnd(other, partner) + 1;
                shifts = end - start == length ? shifts + 1 : 0;
                if (end - start != length)
                    matching = -1;
                if (IsChanged(other, partner))
                    matching = shifts;
            }

            for (int back = matching < 0 ? 0 : shifts - matching; back > 0; back--)
            {
                (start, end, partner) = (start - 1, end - 1, StepBack(other, partner));
                (changed[start], changed[end]) = (true, false);
            }

            start = end;
        }
    }

    private static (int Start, int End, int Partner) SlideUp(int[] lines, bool[] changed, bool[] other, int start, int end, int partner)
    {
        while (start > 0 && lines[start - 1] == lines[end - 1])
        {
            (start, end, partner) = (start - 1, end - 1, StepBack(other, partner));
            (changed[start], changed[end]) = (true, false);
            while (start > 0 && changed[start - 1])
                start--;
        }

        return (start, end, partner);
    }

    // To the place after the unchanged line before the last one.
    private static int StepBack(bool[] other, int partner)
    {
        partner--;
        while (partner > 0 && other[partner - 1])
            partner--;
        return partner;
    }

    private static int RunEnd(bool[] changed, int from)
    {
        while (from < changed.Length && changed[from])
            from++;
        return from;
    }

    private static bool IsChanged(bool[] changed, int at) => at < changed.Length && changed[at];

    private static IEnumerable<LineChange> Collect(bool[] removed, bool[] added)
    {
        for (int before = 0, after = 0; before < removed.Length || after < added.Length;)
        {
            int beforeEnd = RunEnd(removed, before), afterEnd = RunEnd(added, after);
            if (beforeEnd > before || afterEnd > after)
                yield return new LineChange(before, beforeEnd - before, after, afterEnd - after);
            (before, after) = (beforeEnd + 1, afterEnd + 1);
        }
    }

    private readonly struct LineKey(TextLines lines, int line) : IEquatable<LineKey>
    {
        private readonly int _hash = Hash(lines[line]);

        private ReadOnlySpan<byte> Text => lines[line];

        public bool Equals(LineKey other) => _hash == other._hash && Text.SequenceEqual(other.Text);

        public override bool Equals(object? obj) => obj is LineKey other && Equals(other);

        public override int GetHashCode() => _hash;

        private static int Hash(ReadOnlySpan<byte> text)
        {
            var hash = default(HashCode);
            hash.AddBytes(text);
            return hash.ToHashCode();
        }
    }
}
