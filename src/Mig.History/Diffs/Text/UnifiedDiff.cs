using System.Globalization;
using System.Text;

namespace Mig.History.Diffs.Text;

/// <summary>Writes the difference of two texts in the unified form, as Git prints it: hunks with three lines around what changed.</summary>
public static class UnifiedDiff
{
    private const int Context = 3;
    private const int MaxHeading = 80;

    /// <summary>Yields the lines, each with its line break, the hunk headers among them; nothing when the texts are the same.</summary>
    public static IEnumerable<byte[]> Write(TextLines before, TextLines after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        IReadOnlyList<LineChange> changes = LineDiff.Compare(before, after, forReading: true);
        for (int first = 0; first < changes.Count;)
        {
            int last = first;
            while (last + 1 < changes.Count && changes[last + 1].Before - changes[last].Before - changes[last].Removed <= 2 * Context)
                last++;
            foreach (byte[] line in Hunk(before, after, changes, first, last))
                yield return line;
            first = last + 1;
        }
    }

    private static IEnumerable<byte[]> Hunk(TextLines before, TextLines after, IReadOnlyList<LineChange> changes, int first, int last)
    {
        int lead = Math.Min(Context, changes[first].Before);
        int start = changes[first].Before - lead, startAfter = changes[first].After - lead;
        int changedEnd = changes[last].Before + changes[last].Removed, end = Math.Min(before.Count, changedEnd + Context);
        int endAfter = changes[last].After + changes[last].Added + end - changedEnd;
        yield return [.. Encoding.ASCII.GetBytes($"@@ -{Place(start, end)} +{Place(startAfter, endAfter)} @@"), .. Heading(before, start),
            (byte)'\n'];
        int position = start;
        for (int i = first; i <= last; i++)
        {
            LineChange change = changes[i];
            for (; position < change.Before; position++)
                yield return Line(' ', before, position);
            for (; position < change.Before + change.Removed; position++)
                yield return Line('-', before, position);
            for (int line = change.After; line < change.After + change.Added; line++)
                yield return Line('+', after, line);
        }

        for (; position < end; position++)
            yield return Line(' ', before, position);
    }

    private static string Place(int start, int end) => (end - start) switch
    {
        0 => string.Create(CultureInfo.InvariantCulture, $"{start},0"),
        1 => string.Create(CultureInfo.InvariantCulture, $"{start + 1}"),
        int count => string.Create(CultureInfo.InvariantCulture, $"{start + 1},{count}"),
    };

    // The nearest line above that begins with a letter, "_" or "$", for orientation.
    private static byte[] Heading(TextLines text, int start)
    {
        for (int line = start - 1; line >= 0; line--)
        {
            ReadOnlySpan<byte> bytes = text[line];
            if (char.IsAsciiLetter((char)bytes[0]) || bytes[0] is (byte)'_' or (byte)'$')
                return [(byte)' ', .. bytes[..Math.Min(bytes.Length, MaxHeading)].TrimEnd(" \t\r\n\v\f"u8)];
        }

        return [];
    }

    private static byte[] Line(char mark, TextLines text, int line)
    {
        bool isOpen = line == text.Count - 1 && text.EndsInsideALine;
        return isOpen ? [(byte)mark, .. text[line], .. "\n\\ No newline at end of file\n"u8] : [(byte)mark, .. text[line]];
    }
}
