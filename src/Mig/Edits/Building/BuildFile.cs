using System.Text;
using Mig.Core;

namespace Mig.Edits.Building;

/// <summary>
/// A Migfile: how a machine is made, step by step. One instruction on a line; a backslash at its end goes on with the next one; a line that
/// begins with <c>#</c> says nothing.
/// </summary>
/// <param name="Path">As it was named, for messages.</param>
/// <param name="Lines">The instructions; the first one is FROM, and no other one is.</param>
public sealed record BuildFile(string Path, IReadOnlyList<BuildLine> Lines)
{
    private const int MaxSize = 1 << 20;

    private static readonly string[] Flags = ["net", "archive", "purge"];

    // How many words each takes beside its options, and which options.
    private static readonly Dictionary<string, (int Least, int Most, string[] Options)> Words = new(StringComparer.Ordinal)
    {
        ["FROM"] = (1, int.MaxValue, []),
        ["RUN"] = (1, int.MaxValue, ["net"]),
        ["ENV"] = (1, int.MaxValue, []),
        ["COPY"] = (2, int.MaxValue, ["archive", "chmod", "chown"]),
        ["INSTALL"] = (1, int.MaxValue, ["net", "source"]),
        ["REMOVE"] = (1, int.MaxValue, ["purge"]),
        ["SEAL"] = (0, int.MaxValue, []),
        ["TAG"] = (1, 1, []),
        ["EXPORT"] = (2, 2, []),
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    /// <exception cref="UsageException">It is no Migfile: the line, what it says, and what it may say.</exception>
    public static BuildFile Read(string path)
    {
        if (!File.Exists(path))
            throw new NotFoundException($"there is no file '{path}'; 'mig build -f FILE' names another one");
        if (new FileInfo(path).Length > MaxSize)
            throw new UsageException($"{path} has more than {MaxSize} bytes, which no Migfile has");
        return Parse(path, File.ReadAllText(path));
    }

    /// <inheritdoc cref="Read"/>
    public static BuildFile Parse(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = new List<BuildLine>();
        string[] all = text.ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < all.Length; i++)
        {
            int number = i + 1;
            var line = new StringBuilder();
            for (; ; i++)
            {
                string part = all[i].Trim();
                if (line.Length > 0 && part.StartsWith('#') && i + 1 < all.Length)
                    continue;
                bool goesOn = part.EndsWith('\\') && !(line.Length == 0 && part.StartsWith('#'));
                line.Append(line.Length > 0 ? " " : "").Append(goesOn ? part[..^1].TrimEnd() : part);
                if (!goesOn)
                    break;
                if (i + 1 == all.Length)
                    throw Error(path, number, "the last line ends with a backslash, and nothing follows");
            }

            if (line.Length > 0 && line[0] != '#')
                lines.Add(ParseLine(path, number, line.ToString(), lines.Count == 0));
        }

        return lines.Count > 0 ? new BuildFile(path, lines)
            : throw new UsageException($"{path} says nothing; it begins with FROM, as in 'FROM main'");
    }

    /// <summary>An error of a line.</summary>
    public static UsageException Error(string path, int number, string message) => new($"{path}:{number}: {message}");

    private static BuildLine ParseLine(string path, int number, string line, bool isFirst)
    {
        int end = line.IndexOfAny([' ', '\t']);
        string word = (end < 0 ? line : line[..end]).ToUpperInvariant(), rest = end < 0 ? "" : line[end..].Trim();
        if (!Words.TryGetValue(word, out (int Least, int Most, string[] Options) rule))
            throw Error(path, number, $"'{line.Split(' ')[0]}' is no instruction; there are {string.Join(", ", Words.Keys)}");
        if (isFirst != (word == "FROM"))
            throw Error(path, number, isFirst ? $"the first instruction is FROM, and here it is {word}" : "FROM is the first instruction, "
                + "and there is one");

        // What a command's quotes mean is its shell's affair.
        List<string> arguments = word == "RUN" ? [.. rest.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)]
            : Split(path, number, rest);
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        while (arguments is [['-', '-', .. var option], ..])
        {
            string[] parts = option.Split('=', 2);
            if (!rule.Options.Contains(parts[0]))
                throw Error(path, number, $"{word} has no option '--{parts[0]}'{(rule.Options.Length == 0 ? "" : $"; it has --"
                    + string.Join(", --", rule.Options))}");
            if (parts.Length > 1 == Flags.Contains(parts[0]))
            {
                throw Error(path, number, parts.Length > 1 ? $"--{parts[0]} takes no value"
                    : $"--{parts[0]} needs a value, as in --{parts[0]}=VALUE");
            }

            options[parts[0]] = parts.Length > 1 ? parts[1] : "";
            arguments.RemoveAt(0);
        }

        if (arguments.Count < rule.Least || arguments.Count > rule.Most)
            throw Error(path, number, $"{word} has {arguments.Count} words after it, and takes "
                + (rule.Most == int.MaxValue ? $"{rule.Least} or more" : $"{rule.Least}"));
        return new BuildLine(number, word, rest, options, arguments);
    }

    // Words end at blanks; quotes of either kind keep blanks together, and a backslash keeps one character.
    private static List<string> Split(string path, int number, string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool isOpen = false;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote == '\0' && c is ' ' or '\t')
            {
                if (isOpen)
                    words.Add(word.ToString());
                word.Clear();
                isOpen = false;
                continue;
            }

            isOpen = true;
            if (quote == '\0' && c is '"' or '\'')
                quote = c;
            else if (c == quote)
                quote = '\0';
            else if (c == '\\' && quote != '\'' && i + 1 < text.Length)
                word.Append(text[++i]);
            else
                word.Append(c);
        }

        if (quote != '\0')
            throw Error(path, number, $"the quote {quote} is not closed");
        if (isOpen)
            words.Add(word.ToString());
        return words;
    }
}
