namespace Mig.History.Diffs.Text;

/// <summary>Finds the lines in which two texts differ.</summary>
public static class LineDiff
{
    /// <summary>Returns what changed, ascending; what stands between is the same.</summary>
    /// <param name="forReading">Whether changes stand where people would put them, as <c>git diff</c> shows them, and not simply as far
    /// down as they can, as <c>git merge</c> has them.</param>
    public static IReadOnlyList<LineChange> Compare(TextLines before, TextLines after, bool forReading = false)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        (int[] left, int[] right) = Number(before, after);
        bool[] removed = new bool[left.Length], added = new bool[right.Length];
        MarkWithoutUnmatched(left, right, removed, added);
        new ChangeSlider(left, removed, added, forReading ? before : null).Slide();
        new ChangeSlider(right, added, removed, forReading ? after : null).Slide();
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

    private static IEnumerable<LineChange> Collect(bool[] removed, bool[] added)
    {
        for (int before = 0, after = 0; before < removed.Length || after < added.Length;)
        {
            int beforeEnd = ChangeSlider.RunEnd(removed, before), afterEnd = ChangeSlider.RunEnd(added, after);
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
