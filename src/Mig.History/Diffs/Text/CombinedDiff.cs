using System.Globalization;
using System.Text;

namespace Mig.History.Diffs.Text;

/// <summary>
/// Writes how a text differs from two others that it was merged of, in Git's combined form: a column for each of them, <c>+</c> for what it
/// lacks, <c>-</c> for what the merged text lacks. Only hunks with lines that differ from both are shown, as by <c>git diff --cc</c>.
/// </summary>
public static class CombinedDiff
{
    private const int Context = 3;

    /// <summary>Yields the lines, each with its line break, the hunk headers among them; nothing when no line differs from both.</summary>
    public static IEnumerable<byte[]> Write(TextLines ours, TextLines theirs, TextLines merged)
    {
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        ArgumentNullException.ThrowIfNull(merged);
        List<Row> rows = Rows(ours, theirs, merged);
        int[] changed = [.. Enumerable.Range(0, rows.Count).Where(i => rows[i].IsChange)];
        for (int first = 0; first < changed.Length;)
        {
            int last = first;
            while (last + 1 < changed.Length && changed[last + 1] - changed[last] <= 2 * Context)
                last++;
            int start = Math.Max(0, changed[first] - Context), end = Math.Min(rows.Count, changed[last] + 1 + Context);
            if (rows[start..end].Exists(row => row is { Ours: not ' ', Theirs: not ' ' }))
            {
                yield return Header(rows, start, end);
                foreach (Row row in rows[start..end])
                    yield return [(byte)row.Ours, (byte)row.Theirs, .. row.Line];
            }

            first = last + 1;
        }
    }

    private static List<Row> Rows(TextLines ours, TextLines theirs, TextLines merged)
    {
        (bool[] isNewToOurs, List<int>[] lostOurs) = Compare(ours, merged);
        (bool[] isNewToTheirs, List<int>[] lostTheirs) = Compare(theirs, merged);
        var rows = new List<Row>();
        for (int line = 0; line <= merged.Count; line++)
        {
            // What both lack is told once.
            List<int> left = lostOurs[line], right = lostTheirs[line];
            int shared = 0;
            while (shared < left.Count && shared < right.Count && ours[left[shared]].SequenceEqual(theirs[right[shared]]))
                shared++;
            rows.AddRange(left.Take(shared).Select(i => new Row('-', '-', Ended(ours, i))));
            rows.AddRange(left.Skip(shared).Select(i => new Row('-', ' ', Ended(ours, i))));
            rows.AddRange(right.Skip(shared).Select(i => new Row(' ', '-', Ended(theirs, i))));
            if (line < merged.Count)
                rows.Add(new Row(isNewToOurs[line] ? '+' : ' ', isNewToTheirs[line] ? '+' : ' ', Ended(merged, line)));
        }

        return rows;
    }

    // Which lines are new, and which were lost before each line.
    private static (bool[] IsNew, List<int>[] Lost) Compare(TextLines before, TextLines after)
    {
        bool[] isNew = new bool[after.Count];
        List<int>[] lost = [.. Enumerable.Range(0, after.Count + 1).Select(_ => new List<int>())];
        foreach (LineChange change in LineDiff.Compare(before, after))
        {
            isNew.AsSpan(change.After, change.Added).Fill(true);
            lost[change.After].AddRange(Enumerable.Range(change.Before, change.Removed));
        }

        return (isNew, lost);
    }

    private static byte[] Header(List<Row> rows, int start, int end) =>
        Encoding.ASCII.GetBytes(
            $"@@@ -{Place(rows, start, end, row => row.IsInOurs)} -{Place(rows, start, end, row => row.IsInTheirs)} "
            + $"+{Place(rows, start, end, row => row.IsInMerged)} @@@\n");

    private static string Place(List<Row> rows, int start, int end, Func<Row, bool> isThere)
    {
        int first = rows.Take(start).Count(isThere), count = rows[start..end].Count(isThere);
        return string.Create(CultureInfo.InvariantCulture, $"{(count == 0 ? first : first + 1)},{count}");
    }

    private static byte[] Ended(TextLines text, int line) =>
        text[line] is [.., (byte)'\n'] whole ? whole.ToArray() : [.. text[line], (byte)'\n'];

    private sealed record Row(char Ours, char Theirs, byte[] Line)
    {
        public bool IsChange => Ours != ' ' || Theirs != ' ';

        public bool IsInMerged => Ours != '-' && Theirs != '-';

        public bool IsInOurs => Ours == '-' || (IsInMerged && Ours == ' ');

        public bool IsInTheirs => Theirs == '-' || (IsInMerged && Theirs == ' ');
    }
}
