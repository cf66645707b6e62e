using System.Text;

namespace Mig.History.Configuration;

/// <summary>Parses Git's configuration format (git-config(1), "Syntax"), keeping the place of everything.</summary>
internal sealed class ConfigParser(string text)
{
    private int _position;
    private int _line = 1;
    private string? _section;
    private string? _subsection;

    /// <exception cref="FormatException">The message says line, what was found and what is allowed.</exception>
    public static List<ConfigItem> Parse(string text) => new ConfigParser(text).ParseAll();

    private List<ConfigItem> ParseAll()
    {
        var items = new List<ConfigItem>();
        if (text.StartsWith('\uFEFF'))
            _position = 1;
        while (_position < text.Length)
        {
            char c = Peek();
            if (c is '\n' or ' ' or '\t' or '\r')
                Advance();
            else if (c is '#' or ';')
                SkipLine();
            else if (c == '[')
                items.Add(ParseHeader());
            else if (char.IsAsciiLetter(c))
                items.Add(ParseSetting());
            else
                throw Error($"{Shown(c)} cannot begin a line");
        }

        return items;
    }

    private ConfigItem ParseHeader()
    {
        int start = _position;
        int line = _line;
        Advance();
        int nameStart = _position;
        while (_position < text.Length && (ConfigKey.IsNameChar(Peek()) || Peek() == '.'))
            Advance();
        string section = text[nameStart.._position];
        string? subsection = null;
        if (section.Length == 0)
            throw Error("a section needs a name of letters, digits and dashes");
        if (_position < text.Length && Peek() is ' ' or '\t')
        {
            while (_position < text.Length && Peek() is ' ' or '\t')
                Advance();
            subsection = ParseSubsection();
        }
        else if (section.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot)
        {
            // The old way, [section.subsection], in which case is lost.
            subsection = section[(dot + 1)..].ToLowerInvariant();
            section = section[..dot];
            if (section.Length == 0)
                throw Error("a section needs a name of letters, digits and dashes");
        }

        if (_position >= text.Length || Peek() != ']')
            throw Error("a section header must end with ']'");
        Advance();
        (_section, _subsection) = (section.ToLowerInvariant(), subsection);
        return new ConfigItem(_section, subsection, null, null, line, start, _position, _position, _position, _position);
    }

    private string ParseSubsection()
    {
        if (_position >= text.Length || Peek() != '"')
            throw Error("a subsection must stand between double quotes");
        Advance();
        var name = new StringBuilder();
        while (true)
        {
            if (_position >= text.Length || Peek() is '\n' or '\0')
                throw Error("a subsection must end with '\"' on the same line");
            char c = Peek();
            Advance();
            if (c == '"')
                return name.ToString();
            if (c == '\\')
            {
                if (_position >= text.Length || Peek() is '\n' or '\0')
                    throw Error("a subsection must end with '\"' on the same line");
                c = Peek();
                Advance();
            }

            _ = name.Append(c);
        }
    }

    private ConfigItem ParseSetting()
    {
        int start = _position;
        int line = _line;
        if (_section is null)
            throw Error("a setting must stand below a [section]");
        while (_position < text.Length && ConfigKey.IsNameChar(Peek()))
            Advance();
        string name = text[start.._position].ToLowerInvariant();
        int nameEnd = _position;
        while (_position < text.Length && Peek() is ' ' or '\t')
            Advance();
        if (_position >= text.Length || IsLineEnd())
            return new ConfigItem(_section, _subsection, name, null, line, start, nameEnd, nameEnd, nameEnd, _position);
        if (Peek() != '=')
            throw Error($"'=' must follow '{name}', not {Shown(Peek())}");
        Advance();
        return ParseValue(name, line, start, nameEnd);
    }

    private ConfigItem ParseValue(string name, int line, int start, int nameEnd)
    {
        var value = new StringBuilder();
        var space = new StringBuilder();
        bool quoted = false;
        int valueStart = -1;
        int valueEnd = _position;
        while (_position < text.Length && !(IsLineEnd() && !quoted))
        {
            char c = Peek();
            if (c == '\0')
                throw Error("a NUL cannot stand in a value");
            if (!quoted && c is (' ' or '\t' or '\r'))
            {
                if (value.Length > 0)
                    _ = space.Append(c);
                Advance();
                continue;
            }

            if (!quoted && c is ('#' or ';'))
            {
                while (_position < text.Length && !IsLineEnd())
                    Advance();
                break;
            }

            if (c == '\n')
                throw Error("a quoted value must end on the same line; write \\n for a line break");
            if (valueStart < 0)
                valueStart = _position;
            _ = value.Append(space);
            _ = space.Clear();
            Advance();
            if (c == '"')
                quoted = !quoted;
            else if (c == '\\')
                AppendEscape(value);
            else
                _ = value.Append(c);
            valueEnd = _position;
        }

        if (quoted)
            throw Error("a quoted value must end on the same line; write \\n for a line break");
        if (valueStart < 0)
            valueStart = valueEnd;
        return new ConfigItem(_section!, _subsection, name, value.ToString(), line, start, nameEnd, valueStart, valueEnd, _position);
    }

    private void AppendEscape(StringBuilder value)
    {
        if (_position >= text.Length)
            return; // as in Git, the end of the file ends the line that was to go on
        char c = Peek();
        if (c == '\r' && _position + 1 < text.Length && text[_position + 1] == '\n')
        {
            Advance();
            c = '\n';
        }

        Advance();
        if (c == '\n')
            return; // the line goes on
        _ = value.Append(c switch
        {
            'n' => '\n',
            't' => '\t',
            'b' => '\b',
            '"' or '\\' => c,
            _ => throw Error($"\\{c} means nothing; only \\\\, \\\", \\n, \\t and \\b do"),
        });
    }

    private char Peek() => text[_position];

    private bool IsLineEnd() => Peek() == '\n' || (Peek() == '\r' && _position + 1 < text.Length && text[_position + 1] == '\n');

    private void Advance()
    {
        if (text[_position] == '\n')
            _line++;
        _position++;
    }

    private void SkipLine()
    {
        while (_position < text.Length && Peek() != '\n')
            Advance();
    }

    private FormatException Error(string detail) => new($"line {_line}: {detail}");

    private static string Shown(char c) => char.IsControl(c) ? $"the character U+{(int)c:X4}" : $"'{c}'";
}
