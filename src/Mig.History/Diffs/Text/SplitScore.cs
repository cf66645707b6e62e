namespace Mig.History.Diffs.Text;

/// <summary>
/// How bad a place between two lines is for a border of what changed, by indentation and blank lines: people expect it before a block, not
/// within. The lower, the better. Source: Git's "indent heuristic" (gitdiffcore, <c>diff.indentHeuristic</c>), whose weights were found
/// with a corpus of differences that people had rated.
/// </summary>
/// <param name="Indent">Columns before the text that follows the place; -1 at the end of the file.</param>
internal readonly record struct SplitScore(int Indent, int Penalty)
{
    private const int MaxIndent = 200, MaxBlanks = 20, TabWidth = 8;
    private const int Blank = -1; // the indent of a line that has only white space, or is not there

    private const int IndentWeight = 60;
    private const int StartOfFile = 1, EndOfFile = 21;
    private const int AnyBlank = -30, BlankAfter = 6;
    private const int Deeper = -4, DeeperAfterBlank = 10;
    private const int BlockStart = 24, Shallower = 23, ShallowerAfterBlank = 17;

    /// <summary>Rates the place before a line.</summary>
    /// <param name="line">From 0 to the count of lines.</param>
    public static SplitScore Of(TextLines text, int line)
    {
        int indent = line < text.Count ? GetIndent(text[line]) : Blank;
        (int indentBefore, int blanksBefore) = Look(text, line - 1, -1);
        (int indentAfter, int blanksAfter) = Look(text, line + 1, 1);
        blanksAfter = indent == Blank ? blanksAfter + 1 : 0; // the end of the file counts as a blank line
        int blanks = blanksBefore + blanksAfter;
        int penalty = (AnyBlank * blanks) + (BlankAfter * blanksAfter);
        if (indentBefore == Blank && blanksBefore == 0)
            penalty += StartOfFile;
        if (line >= text.Count)
            penalty += EndOfFile;
        if (indent == Blank)
            indent = indentAfter;
        if (indent != Blank && indentBefore != Blank)
            penalty += Relative(indent, indentBefore, indentAfter, blanks > 0);
        return new SplitScore(indent, penalty);
    }

    public static SplitScore operator +(SplitScore left, SplitScore right) => new(left.Indent + right.Indent, left.Penalty + right.Penalty);

    /// <summary>Whether this is better than another one, or as good.</summary>
    public bool IsAsGoodAs(SplitScore other) => (IndentWeight * Indent.CompareTo(other.Indent)) + Penalty - other.Penalty <= 0;

    private static int Relative(int indent, int before, int after, bool hasBlanks)
    {
        if (indent > before)
            return hasBlanks ? DeeperAfterBlank : Deeper;
        if (indent == before)
            return 0;
        if (hasBlanks)
            return ShallowerAfterBlank;
        return after > indent ? BlockStart : Shallower;
    }

    // The indent of the nearest line that is not blank, and how many blank ones lie before it.
    private static (int Indent, int Blanks) Look(TextLines text, int line, int step)
    {
        int blanks = 0;
        for (; line >= 0 && line < text.Count; line += step)
        {
            int indent = GetIndent(text[line]);
            if (indent != Blank)
                return (indent, blanks);
            if (++blanks == MaxBlanks)
                return (0, blanks);
        }

        return (Blank, blanks);
    }

    private static int GetIndent(ReadOnlySpan<byte> line)
    {
        int indent = 0;
        foreach (byte character in line)
        {
            switch (character)
            {
                case (byte)' ':
                    indent++;
                    break;
                case (byte)'\t':
                    indent += TabWidth - (indent % TabWidth);
                    break;
                case (byte)'\r' or (byte)'\n':
                    break;
                default:
                    return indent;
            }

            if (indent >= MaxIndent)
                return MaxIndent;
        }

        return Blank;
    }
}
