using System.Text;
using System.Text.RegularExpressions;
using Mig.Core;

namespace Mig.Images.Grep;

/// <summary>
/// Finds regular expressions in linear time, whatever pattern and text are. Bytes are taken for the characters U+0000..U+00FF.
/// </summary>
internal sealed class RegexFinder(Regex expression) : LineFinder
{
    private char[] _wide = [];

    /// <summary>Makes one expression of all patterns.</summary>
    public static Regex CompileExpression(GrepOptions options)
    {
        string[] patterns = [.. options.Patterns.Select(pattern => Encoding.Latin1.GetString(pattern))
            .Select(pattern => options.IsFixed ? Regex.Escape(pattern) : pattern)];
        string all = string.Join('|', patterns.Select(pattern => $"(?:{pattern})"));
        if (options.MatchesWords)
            all = $"(?:^|[^A-Za-z0-9_])(?:{all})(?:$|[^A-Za-z0-9_])";
        try
        {
            return new Regex(all, RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.CultureInvariant
                | (options.IgnoresCase ? RegexOptions.IgnoreCase : RegexOptions.None));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new UsageException(
                $"{string.Join(", ", patterns.Select(pattern => $"'{Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(pattern))}'"))} "
                + $"cannot be searched for: {e.Message.TrimEnd('.')}; -F takes a pattern as it is");
        }
    }

    public override void Load(ReadOnlySpan<byte> text)
    {
        if (_wide.Length < text.Length)
            _wide = new char[Math.Max(text.Length, 1 << 20)];
        Encoding.Latin1.GetChars(text, _wide);
    }

    public override bool TryFind(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        ReadOnlySpan<char> wide = _wide.AsSpan(0, text.Length);
        while (from < text.Length)
        {
            Regex.ValueMatchEnumerator matches = expression.EnumerateMatches(wide, from);
            if (!matches.MoveNext() || matches.Current.Index >= text.Length)
                break;
            FindLine(text, from, matches.Current.Index, out start, out end);

            // What matches the text may reach over the end of the line. Whatever matches a line alone begins at or after what matches the
            // text.
            if (expression.IsMatch(wide[start..end]))
                return true;
            from = end + 1;
        }

        start = end = 0;
        return false;
    }
}
