namespace Mig.Machines.Installing.Scripts;

/// <summary>
/// Reads a shell script as far as scripts of packages go. What is not followed is kept as such, and matters only where it is reached.
/// Source: POSIX, "Shell Grammar".
/// </summary>
internal sealed class ShellParser
{
    private const int MaxDepth = 100;

    private static readonly string[] Ends = ["then", "else", "elif", "fi", "do", "done", "esac", "}"];

    private readonly ShellLexer _lexer;
    private string? _operator;
    private ShellWord? _word;
    private int _line;
    private int _depth;

    private ShellParser(string script)
    {
        _lexer = new ShellLexer(script);
        Next();
    }

    /// <exception cref="ShellSyntaxException">It is no script that is understood.</exception>
    public static ShellNode Parse(string script)
    {
        var parser = new ShellParser(script);
        ShellNode all = parser.ReadList();
        return parser is { _operator: null, _word: null } ? all : throw parser.Error();
    }

    private ShellList ReadList()
    {
        if (++_depth > MaxDepth)
            throw new ShellSyntaxException(_line, $"more than {MaxDepth} blocks stand in each other");
        var nodes = new List<ShellNode>();
        int line = _line;
        while (true)
        {
            while (_operator is "\n" or ";")
                Next();
            if ((_operator is null && _word is null) || _operator is ")" or ";;" || (_word?.Plain is { } word && Ends.Contains(word)))
                break;
            ShellNode node = ReadChoice();
            nodes.Add(_operator == "&" ? new ShellOther(node.Line, "a command beside others") : node);
            if (_operator == "&")
                Next();
        }

        _depth--;
        return new ShellList(line, nodes);
    }

    private ShellNode ReadChoice()
    {
        ShellNode left = ReadPipe();
        while (_operator is "&&" or "||")
        {
            bool isAnd = _operator == "&&";
            Next();
            SkipLines();
            left = new ShellChoice(left.Line, left, isAnd, ReadPipe());
        }

        return left;
    }

    private ShellNode ReadPipe()
    {
        int line = _line;
        bool isNot = _word?.Plain == "!";
        if (isNot)
            Next();
        ShellNode node = ReadCommand();
        if (_operator == "|")
        {
            while (_operator == "|")
            {
                Next();
                SkipLines();
                ReadCommand();
            }

            node = new ShellOther(line, "a pipe");
        }

        return isNot ? new ShellNot(line, node) : node;
    }

    private ShellNode ReadCommand()
    {
        int line = _line;
        ShellNode node;
        switch (_word?.Plain)
        {
            case "if":
                node = ReadIf();
                break;
            case "case":
                node = ReadCase();
                break;
            case "for" or "while" or "until":
                while (_word?.Plain != "do")
                    Next(mayEnd: false);
                Next();
                ReadList();
                Expect("done");
                node = new ShellOther(line, "a loop");
                break;
            case "{":
                Next();
                node = ReadList();
                Expect("}");
                break;
            default:
                if (_operator != "(")
                    return ReadSimple();
                Next();
                ReadList();
                if (_operator != ")")
                    throw Error();
                Next();
                node = new ShellOther(line, "a subshell");
                break;
        }

        return ReadRedirections() ? new ShellOther(line, "input or output of a file") : node;
    }

    private ShellIf ReadIf()
    {
        int line = _line;
        Next();
        ShellList condition = ReadList();
        Expect("then");
        ShellList then = ReadList();
        if (_word?.Plain == "elif")
            return new ShellIf(line, condition, then, ReadIf());
        ShellNode? otherwise = null;
        if (_word?.Plain == "else")
        {
            Next();
            otherwise = ReadList();
        }

        Expect("fi");
        return new ShellIf(line, condition, then, otherwise);
    }

    private ShellCase ReadCase()
    {
        int line = _line;
        Next();
        ShellWord value = TakeWord();
        SkipLines();
        Expect("in");
        var branches = new List<(IReadOnlyList<ShellWord>, ShellNode)>();
        SkipLines();
        while (_word?.Plain != "esac")
        {
            if (_operator == "(")
                Next();
            List<ShellWord> patterns = [TakeWord()];
            while (_operator == "|")
            {
                Next();
                patterns.Add(TakeWord());
            }

            if (_operator != ")")
                throw Error();
            Next();
            branches.Add((patterns, ReadList()));
            if (_operator == ";;")
                Next();
            SkipLines();
        }

        Next();
        return new ShellCase(line, value, branches);
    }

    private ShellNode ReadSimple()
    {
        int line = _line;
        var assignments = new List<(string, ShellWord)>();
        var words = new List<ShellWord>();
        bool isWriting = false;
        while (true)
        {
            if (_word is { } word)
            {
                Next();
                if (words.Count == 0 && Assignment(word) is { } assignment)
                    assignments.Add(assignment);
                else
                    words.Add(word);
                if (words.Count == 1 && assignments.Count == 0 && _operator == "(" && word.Plain is { } name)
                    return ReadFunction(line, name);
            }
            else if (_operator is ">" or ">>" or "<" or "<<" or "<<-" or ">&" or "<&" or ">|" or "<>")
            {
                isWriting |= ReadRedirections();
            }
            else
            {
                break;
            }
        }

        return words.Count + assignments.Count > 0 ? new ShellCommand(line, assignments, words, isWriting) : throw Error();
    }

    private ShellFunction ReadFunction(int line, string name)
    {
        Next();
        if (_operator != ")")
            throw Error();
        Next();
        SkipLines();
        return new ShellFunction(line, name, ReadCommand());
    }

    /// <returns>Whether a file is written or read, other than the null device and the standard streams.</returns>
    private bool ReadRedirections()
    {
        bool isFile = false;
        while (_operator is ">" or ">>" or "<" or "<<" or "<<-" or ">&" or "<&" or ">|" or "<>")
        {
            bool isDocument = _operator is "<<" or "<<-", isStream = _operator is ">&" or "<&";
            Next();
            isFile |= isDocument || !(TakeWord().Plain is { } target && (target == "/dev/null"
                || (isStream && target is "1" or "2" or "-")));
        }

        return isFile;
    }

    private static (string Name, ShellWord Value)? Assignment(ShellWord word)
    {
        int at = word.Text.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0 || char.IsAsciiDigit(word.Text[0])
            || !word.Text.AsSpan(0, at).ToString().All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            return null;
        ShellWordPart first = word.Parts[0];
        return (word.Text[..at], new ShellWord(word.Text[(at + 1)..],
            [first with { Text = first.Text[(at + 1)..] }, .. word.Parts.Skip(1)]));
    }

    private ShellWord TakeWord()
    {
        ShellWord word = _word ?? throw Error();
        Next();
        return word;
    }

    private void Expect(string keyword)
    {
        if (_word?.Plain != keyword)
            throw Error();
        Next();
    }

    private void SkipLines()
    {
        while (_operator == "\n")
            Next();
    }

    private void Next(bool mayEnd = true)
    {
        (_operator, _word) = _lexer.Read();
        _line = _lexer.Line - (_operator == "\n" ? 1 : 0);
        if (!mayEnd && _operator is null && _word is null)
            throw Error();
    }

    private ShellSyntaxException Error() => new(_line, _word is { } word ? $"'{word.Text}' is not expected there"
        : _operator is "\n" or null ? "something is missing at its end" : $"'{_operator}' is not expected there");
}
