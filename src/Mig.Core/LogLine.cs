using System.Globalization;
using System.Text;

namespace Mig.Core;

/// <summary>
/// A line of a log: <c>key=value</c> pairs (logfmt), which people and programs read alike. What a stranger sent is quoted, so that one
/// event is one line.
/// </summary>
public sealed class LogLine
{
    private readonly StringBuilder _line = new(200);

    /// <summary>Adds a pair.</summary>
    /// <param name="value">Nothing is added when it is null.</param>
    public void Add(string key, string? value)
    {
        if (value is null)
            return;
        if (_line.Length > 0)
            _line.Append(' ');
        _line.Append(key).Append('=');
        bool isPlain = value.Length > 0;
        foreach (char c in value)
            isPlain &= c is > ' ' and < '\x7f' and not ('"' or '=' or '\\');
        if (isPlain)
            _line.Append(value);
        else
            AppendQuoted(value);
    }

    public override string ToString() => _line.ToString();

    // Control characters, line separators and lone surrogates are escaped; other text stays readable.
    private void AppendQuoted(string value)
    {
        _line.Append('"');
        foreach (Rune rune in value.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
                _line.Append('\\').Append((char)rune.Value);
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned)
                _line.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            else
                _line.Append(rune.ToString());
        }

        _line.Append('"');
    }
}
