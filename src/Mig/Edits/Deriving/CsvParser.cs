using System.Text;
using Mig.Core;

namespace Mig.Edits.Deriving;

/// <summary>
/// Reads rows: values between commas, in quotes where they hold commas, line ends or quotes, which are doubled (RFC 4180, section 2).
/// Blanks around a value are no part of it, as people write tables; within quotes they are. Empty lines are left out.
/// </summary>
internal sealed class CsvParser(string text, string name)
{
    private static readonly char[] Blanks = [' ', '\t'];

    private int _position;
    private int _line = 1;

    /// <returns>Null at the end.</returns>
    public CsvRow? Read()
    {
        while (_position < text.Length && TakeLineEnd())
        {
        }

        if (_position == text.Length)
            return null;
        int first = _line;
        var values = new List<string> { TakeValue() };
        while (_position < text.Length && !TakeLineEnd())
        {
            if (text[_position] != ',')
                throw new UsageException($"{name}, line {_line}: something follows a closing quote; a quote within quotes is doubled");
            _position++;
            values.Add(TakeValue());
        }

        return new CsvRow(first, values);
    }

    private string TakeValue()
    {
        int start = _position;
        SkipBlanks();
        if (_position < text.Length && text[_position] == '"')
        {
            string quoted = TakeQuoted();
            SkipBlanks();
            return quoted;
        }

        _position = start;
        int length = text.AsSpan(_position).IndexOfAny(',', '\n', '\r');
        string value = length < 0 ? text[_position..] : text.Substring(_position, length);
        if (value.Contains('"', StringComparison.Ordinal))
            throw new UsageException(
                $"{name}, line {_line}: a quote stands in a value that does not begin with one; put the value in quotes and double those "
                + "in it");
        _position += value.Length;
        return value.Trim(Blanks);
    }

    private void SkipBlanks()
    {
        while (_position < text.Length && Blanks.Contains(text[_position]))
            _position++;
    }

    private string TakeQuoted()
    {
        int first = _line;
        var value = new StringBuilder();
        _position++;
        while (_position < text.Length)
        {
            char c = text[_position++];
            if (c == '\n')
                _line++;
            if (c != '"')
            {
                value.Append(c);
            }
            else if (_position < text.Length && text[_position] == '"')
            {
                value.Append('"');
                _position++;
            }
            else
            {
                return value.ToString();
            }
        }

        throw new UsageException($"{name}, line {first}: a quote has no partner");
    }

    private bool TakeLineEnd()
    {
        int length = text.AsSpan(_position).StartsWith("\r\n") ? 2 : text[_position] == '\n' ? 1 : 0;
        _position += length;
        _line += length > 0 ? 1 : 0;
        return length > 0;
    }
}
