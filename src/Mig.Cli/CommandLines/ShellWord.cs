using System.Globalization;
using System.Text;

namespace Mig.Cli.CommandLines;

/// <summary>Writes words so that a shell reads them as they are, and a terminal shows them without harm.</summary>
internal static class ShellWord
{
    public static string Quote(string word)
    {
        if (word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || "/._-:@=+,%".Contains(c, StringComparison.Ordinal)))
            return word;
        if (Terminals.SafeText.Line(word) == word)
            return $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

        // What a terminal must not see: $'...' of POSIX and bash.
        var quoted = new StringBuilder("$'");
        foreach (byte b in Encoding.UTF8.GetBytes(word))
            quoted.Append(b is >= 0x20 and < 0x7F and not (byte)'\'' and not (byte)'\\' ? ((char)b).ToString()
                : string.Create(CultureInfo.InvariantCulture, $"\\x{b:x2}"));
        return quoted.Append('\'').ToString();
    }
}
