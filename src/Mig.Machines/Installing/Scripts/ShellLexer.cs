using System.Text;

namespace Mig.Machines.Installing.Scripts;

/// <summary>Cuts a shell script into words, operators and line ends. Source: POSIX, "Token Recognition".</summary>
internal sealed class ShellLexer(string text)
{
    private static readonly string[] Operators =
        ["&&", "||", ";;", ">>", "<<-", "<<", ">&", "<&", ">|", "<>", "&", "|", ";", "(", ")", "<", ">"];

    private readonly List<(string Delimiter, bool IsIndented)> _documents = [];
    private int _at;

    /// <summary>The line of what is read next.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>Reads the next operator, line end (<c>"\n"</c>) or word.</summary>
    /// <returns>Both null at the end.</returns>
    public (string? Operator, ShellWord? Word) Read()
    {
        SkipBlanks();
        if (_at >= text.Length)
            return (null, null);
        if (text[_at] == '\n')
        {
            _at++;
            Line++;
            SkipDocuments();
            return ("\n", null);
        }

        // A digit right before a redirection is a part of it.
        int digits = _at;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            digits++;
        if (digits > _at && digits < text.Length && text[digits] is '<' or '>' && digits > _at)
            _at = digits;
        if (Array.Find(Operators, name => string.CompareOrdinal(text, _at, name, 0, name.Length) == 0) is not { } found)
            return (null, ReadWord());
        _at += found.Length;
        if (found is "<<" or "<<-")
        {
            SkipBlanks();
            _documents.Add((ReadWord().Text.Trim('\'', '"', '\\'), found == "<<-"));
        }

        return (found, null);
    }

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\r')
            {
                _at++;
            }
            else if (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] == '\n')
            {
                _at += 2;
                Line++;
            }
            else if (text[_at] == '#')
            {
                while (_at < text.Length && text[_at] != '\n')
                    _at++;
            }
            else
            {
                return;
            }
        }
    }

    private void SkipDocuments()
    {
        foreach ((string delimiter, bool isIndented) in _documents)
        {
            while (_at < text.Length)
            {
                int end = text.IndexOf('\n', _at);
                string line = end < 0 ? text[_at..] : text[_at..end];
                _at = end < 0 ? text.Length : end + 1;
                Line++;
                if ((isIndented ? line.TrimStart('\t') : line) == delimiter)
                    break;
            }
        }

        _documents.Clear();
    }

    private ShellWord ReadWord()
    {
        int start = _at;
        var parts = new List<ShellWordPart>();
        while (_at < text.Length && !IsEnd(text[_at]))
            ReadPart(parts, false);
        return new ShellWord(text[start.._at], parts);
    }

    private static bool IsEnd(char c) => c is ' ' or '\t' or '\n' or ';' or '&' or '|' or '<' or '>' or '(' or ')';

    private void ReadPart(List<ShellWordPart> parts, bool isQuoted)
    {
        char c = text[_at];
        if (c == '\'' && !isQuoted)
        {
            int end = text.IndexOf('\'', _at + 1);
            Add(parts, Take(end < 0 ? throw Error("a quote has no end") : end + 1)[1..^1], true);
        }
        else if (c == '"' && !isQuoted)
        {
            _at++;
            Add(parts, "", true);
            while (_at < text.Length && text[_at] != '"')
                ReadPart(parts, true);
            if (_at++ >= text.Length)
                throw Error("a quote has no end");
        }
        else if (c == '\\' && _at + 1 < text.Length)
        {
            bool isEscape = !isQuoted || text[_at + 1] is '$' or '`' or '"' or '\\' or '\n';
            string pair = Take(_at + 2);
            if (pair[1] != '\n' || !isEscape)
                Add(parts, isEscape ? pair[1..] : pair, true);
        }
        else if (c == '`')
        {
            int end = text.IndexOf('`', _at + 1);
            parts.Add(new ShellWordPart(ShellWordKind.Unknown, Take(end < 0 ? throw Error("'`' has no end") : end + 1), isQuoted));
        }
        else if (c == '$')
        {
            parts.Add(ReadExpansion(isQuoted));
        }
        else
        {
            Add(parts, Take(_at + 1), isQuoted);
        }
    }

    private ShellWordPart ReadExpansion(bool isQuoted)
    {
        int start = _at++;
        if (_at >= text.Length)
            return new ShellWordPart(ShellWordKind.Text, "$", isQuoted);
        char c = text[_at];
        if (c is '(' or '{')
        {
            SkipNested(c, c == '(' ? ')' : '}');
            string inside = text[(start + 2)..(_at - 1)];
            int end = 0;
            while (end < inside.Length && (char.IsAsciiLetterOrDigit(inside[end]) || inside[end] == '_'))
                end++;
            string rest = inside[end..];
            bool isSimple = c == '{' && end > 0 && (rest.Length == 0 || rest.StartsWith(":-", StringComparison.Ordinal))
                && !rest.AsSpan().ContainsAny('$', '`', '"');
            return isSimple
                ? new ShellWordPart(ShellWordKind.Variable, inside[..end], isQuoted, rest.Length > 2 ? rest[2..].Trim('\'') : "")
                : new ShellWordPart(ShellWordKind.Unknown, text[start.._at], isQuoted);
        }

        if (char.IsAsciiDigit(c) || c is '@' or '*' or '#' or '?' or '$' or '!')
            return new ShellWordPart(ShellWordKind.Variable, Take(_at + 1), isQuoted);
        int name = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
            _at++;
        return _at == name ? new ShellWordPart(ShellWordKind.Text, "$", isQuoted)
            : new ShellWordPart(ShellWordKind.Variable, text[name.._at], isQuoted);
    }

    // Quotes in it hide brackets.
    private void SkipNested(char open, char close)
    {
        int depth = 0;
        do
        {
            if (_at >= text.Length)
                throw Error($"'{open}' has no end");
            char c = text[_at];
            depth += c == open ? 1 : c == close ? -1 : 0;
            if (c is '\'' or '"' && text.IndexOf(c, _at + 1) is >= 0 and var quote)
                Take(quote);
            Take(_at + 1);
        }
        while (depth > 0);
    }

    private string Take(int end)
    {
        string taken = text[_at..Math.Min(end, text.Length)];
        Line += taken.Count(c => c == '\n');
        _at += taken.Length;
        return taken;
    }

    private static void Add(List<ShellWordPart> parts, string added, bool isQuoted)
    {
        if (parts is [.., { Kind: ShellWordKind.Text } last] && last.IsQuoted == isQuoted)
            parts[^1] = last with { Text = last.Text + added };
        else
            parts.Add(new ShellWordPart(ShellWordKind.Text, added, isQuoted));
    }

    private ShellSyntaxException Error(string what) => new(Line, what);
}
