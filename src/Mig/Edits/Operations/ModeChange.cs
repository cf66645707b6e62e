using Mig.Core;

namespace Mig.Edits.Operations;

/// <summary>
/// A mode as <c>chmod</c> takes it: octal (<c>0644</c>) or symbolic (<c>u+x,go-w</c>). Without a <c>who</c>, a umask of 022 counts, as for
/// root everywhere.
/// </summary>
/// <remarks>
/// Source: POSIX chmod, "Extended Description", with GNU's rule that octal modes of up to four digits leave the set-id bits of directories.
/// </remarks>
public sealed class ModeChange
{
    private const int AllBits = 0xFFF; // 07777
    private const int SetIds = 0xC00; // 06000
    private const int Umask = 0x12; // 0022
    private const int MaxOctalDigits = 5;

    private readonly List<Clause> _clauses;
    private readonly string _text;

    private ModeChange(string text, List<Clause> clauses)
    {
        _text = text;
        _clauses = clauses;
    }

    /// <exception cref="UsageException">It is neither octal nor symbolic.</exception>
    public static ModeChange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length is > 0 and <= MaxOctalDigits && !text.AsSpan().ContainsAnyExceptInRange('0', '7')
            && Convert.ToInt32(text, 8) <= AllBits)
            return new ModeChange(text, [new Clause(
                AllBits, '=', Convert.ToInt32(text, 8), IsNumeric: true, KeepsSetIds: text.Length < MaxOctalDigits)]);
        var clauses = new List<Clause>();
        foreach (string part in text.Split(','))
            ParseClauses(text, part, clauses);
        return new ModeChange(text, clauses);
    }

    /// <summary>Makes the change that results in these bits, whatever was there.</summary>
    public static ModeChange Exactly(int mode) => new("", [new Clause(AllBits, '=', mode & AllBits, IsNumeric: true)]);

    /// <summary>Returns the twelve bits after the change.</summary>
    public int Apply(int mode, bool isDirectory)
    {
        foreach (Clause clause in _clauses)
            mode = clause.Apply(mode, isDirectory);
        return mode;
    }

    public override string ToString() => _text;

    private static void ParseClauses(string text, string part, List<Clause> clauses)
    {
        int at = 0, who = 0;
        for (; at < part.Length && "ugoa".Contains(part[at], StringComparison.Ordinal); at++)
            who |= WhoBits(part[at]);
        if (at == part.Length)
            throw Malformed(text);
        bool isMasked = who == 0;
        if (isMasked)
            who = AllBits;
        while (at < part.Length)
        {
            char action = part[at++];
            if (action is not ('+' or '-' or '='))
                throw Malformed(text);
            int start = at;
            while (at < part.Length && part[at] is not ('+' or '-' or '='))
                at++;
            clauses.Add(ParsePermissions(text, part[start..at], who, action, isMasked));
        }
    }

    private static Clause ParsePermissions(string text, string letters, int who, char action, bool isMasked)
    {
        if (letters is "u" or "g" or "o")
            return new Clause(who, action, 0, CopiedFrom: letters[0], IsMasked: isMasked);
        int bits = 0;
        bool executesConditionally = false;
        foreach (char letter in letters)
        {
            bits |= letter switch
            {
                'r' => 0x124,
                'w' => 0x92,
                'x' => 0x49,
                's' => SetIds,
                't' => 0x200,
                'X' => 0,
                _ => throw Malformed(text),
            };
            executesConditionally |= letter == 'X';
        }

        return new Clause(who, action, bits, ExecutesConditionally: executesConditionally, IsMasked: isMasked);
    }

    private static int WhoBits(char who) => who switch { 'u' => 0x9C0, 'g' => 0x438, 'o' => 0x207, _ => AllBits };

    private static UsageException Malformed(string text) =>
        new($"'{text}' is no mode; write it in octal, as in 0644, or in symbols, as in u+x,go-w");

    private sealed record Clause(int Who, char Action, int Bits, char CopiedFrom = '\0', bool ExecutesConditionally = false,
        bool IsMasked = false, bool IsNumeric = false, bool KeepsSetIds = false)
    {
        public int Apply(int mode, bool isDirectory)
        {
            if (IsNumeric)
                return Bits | (KeepsSetIds && isDirectory ? mode & SetIds : 0);
            int bits = Bits;
            if (CopiedFrom != '\0')
                bits = ((mode >> (CopiedFrom switch { 'u' => 6, 'g' => 3, _ => 0 })) & 7) * 0x49;
            if (ExecutesConditionally && (isDirectory || (mode & 0x49) != 0))
                bits |= 0x49;
            bits &= Who & ~(IsMasked ? Umask : 0);
            return Action switch
            {
                '+' => mode | bits,
                '-' => mode & ~bits,
                _ => (mode & ~Cleared(isDirectory)) | bits,
            };
        }

        // '=' leaves the set-id bits of directories alone unless they are named, and the sticky bit unless it is everybody's.
        private int Cleared(bool isDirectory) => isDirectory ? Who & ~(SetIds & ~Bits) : Who;
    }
}
